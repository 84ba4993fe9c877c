"""What somebody still needs is not purged, and the plan says why."""

from __future__ import annotations

import pytest
from django.utils import timezone

from calibration.models import CalibrationRun
from cases.models import SmearImage
from cases.services.legal_holds import place_legal_hold, release_legal_hold
from classifier.models import Explanation
from consult.models import SecondOpinion
from inbox.models import Delivery
from oversight.services import purging
from review.models import Amendment
from tests.oversight.purging._purging import files, hold, kept, taken_with_a_microscope

pytestmark = pytest.mark.django_db


def wait(record, _ines):
    Delivery.objects.filter(case=record.case).update(settled_at=None)


def amend(record, ines):
    Amendment.objects.create(
        case=record.case,
        kind="corrected",
        reason_code="other",
        reason="Look again.",
        opened_by=ines,
        opened_at=timezone.now(),
    )


def ask(record, ines):
    colleague = record.report.signature.signer
    SecondOpinion.objects.create(case=record.case, asked_by=ines, colleague=colleague, blind=False, scope="all")


def analyse(record, _ines):
    SmearImage.objects.filter(pk=record.image.pk).update(state="queued")


def explain(record, ines):
    Explanation.objects.create(
        cell=record.cell,
        model_version=record.model,
        label="neutrophil",
        requested_by=ines,
        requested_at=timezone.now(),
    )


def calibrate(record, ines):
    microscope = taken_with_a_microscope(record)
    CalibrationRun.objects.create(
        microscope=microscope, parent=record.model, requested_by=ines, queued_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("obstacle", "code"),
    [
        (hold, "legal_hold"),
        (wait, "unacknowledged"),
        (amend, "amendment"),
        (ask, "second_opinion"),
        (analyse, "analysis"),
        (explain, "analysis"),
        (calibrate, "calibration"),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_what_something_holds_stays_and_the_reason_is_told(record, rules, run, ines, obstacle, code):
    rules("signed_images")
    obstacle(record, ines)
    done = run()
    assert done.images == 0
    assert kept(record.image) == files(record.image)
    assert done.run.planned == {"due": {"signed_images": 0}, "held": {"signed_images": {code: 1}}, "drafts": 0}


def test_a_hold_placed_after_the_count_holds(record, rules, run, ines, monkeypatch):
    rules("signed_images")
    real = purging.lock_case

    def held_meanwhile(case):
        hold(record, ines)
        return real(case)

    monkeypatch.setattr(purging, "lock_case", held_meanwhile)
    assert run().images == 0
    assert kept(record.image) == files(record.image)


def test_a_released_hold_holds_no_longer(record, rules, run, ines):
    rules("signed_images")
    placed = place_legal_hold(actor=ines, case=record.case, reason="The clinic is sued over this.")
    release_legal_hold(actor=ines, hold=placed, reason="The suit was settled.")
    assert run().images == 1
