"""From labelled cells to a variant that answers for its microscope, or to the sentence why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from calibration.models import CalibrationRun
from calibration.services import ask_for_calibration, label_cell, stop_variant, use_variant
from calibration.services.runs import run_waiting, sweep_calibrations
from classifier.models import ModelVersion
from classifier.selectors import model_on
from classifier.services import promote_model, register_model
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from tests.factories.smears import evaluated_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def labelled(fields, microscope, pavel, truth):
    """Thirty cells of five patients, each called what a pathologist calls it."""
    for case in fields(patients=5, each=2):
        for cell, label in truth(case):
            label_cell(actor=pavel, microscope=microscope, cell_id=cell.pk, code=label)


def calibrate(actor, microscope):
    run = ask_for_calibration(actor=actor, microscope=microscope)
    assert run_waiting() == 1
    run.refresh_from_db()
    return run


@pytest.fixture
def page(client, microscope):
    def open_(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client.get(reverse("calibration:calibrate", args=[microscope.pk])).content.decode()

    return open_


def test_labelled_cells_become_a_variant_that_answers_when_an_administrator_says_so(
    labelled, parent, microscope, pavel, ines, page
):
    run = calibrate(pavel, microscope)

    assert (run.state, run.problem, run.images_done) == ("done", "", 5)
    variant = run.model_version
    assert (variant.version, variant.scope, variant.state) == ("1.0.0+site.1", microscope, "registered")
    made = variant.card["adapted"]
    assert (made["patients"], made["n"]) == (5, 30)
    assert made["before"]["accuracy"] < 0.5
    assert made["after"]["accuracy"] > 0.9
    assert model_on(microscope.pk) == parent
    event = AuditEvent.objects.filter(object_id=str(run.pk)).get()
    assert (event.actor_id, event.laboratory_id) == (pavel.pk, microscope.laboratory_id)
    said = page(pavel)
    assert "asked for by Pavel Central" in said
    assert "An administrator of the laboratory decides" in said
    assert "Use for this microscope" in page(ines)

    with pytest.raises(PermissionRefused):
        use_variant(actor=pavel, microscope=microscope, version_id=variant.pk, reason="Better.")
    with pytest.raises(Unprocessable, match="why"):
        use_variant(actor=ines, microscope=microscope, version_id=variant.pk, reason=" ")
    use_variant(actor=ines, microscope=microscope, version_id=variant.pk, reason="Better here.")
    assert (model_on(microscope.pk), ModelVersion.objects.active()) == (variant, parent)
    assert "Stop using" in page(ines)

    stop_variant(actor=ines, microscope=microscope, reason="The lamp was changed.")
    assert model_on(microscope.pk) == parent


def test_a_new_model_asks_for_another_calibration(labelled, microscope, ines, page, client, tmp_path):
    run = calibrate(ines, microscope)
    use_variant(actor=ines, microscope=microscope, version_id=run.model_version_id, reason="Better here.")
    newer, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "newer", version="2.0.0"))
    promote_model(actor=None, version=newer, reason="Better.")

    assert model_on(microscope.pk) == newer
    assert "Calibrate again, with the same cells." in page(ines)
    of_microscope = client.get(reverse("workbench:microscope", args=[microscope.pk])).content.decode()
    assert "Calibrate again" in of_microscope
    assert "tiny 2.0.0 answers" in of_microscope


def test_a_refusal_is_an_answer_in_a_sentence(fields, microscope, pavel, page, truth):
    (case,) = fields(patients=1, each=5)
    for cell, label in truth(case):
        label_cell(actor=pavel, microscope=microscope, cell_id=cell.pk, code=label)
    run = calibrate(pavel, microscope)
    assert (run.state, run.model_version) == ("refused", None)
    assert "one patient" in run.problem
    assert "one patient" in page(pavel)
    assert ModelVersion.objects.count() == 1


def test_too_few_cells_are_refused_before_anything_is_opened(parent, microscope, pavel):
    run = calibrate(pavel, microscope)
    assert run.state == "refused"
    assert "where 10 are the least" in run.problem


def test_a_model_that_cannot_be_used_is_trouble_and_said(labelled, parent, microscope, pavel, tmp_path):
    (tmp_path / "parent" / "head.npz").write_bytes(b"x")
    run = calibrate(pavel, microscope)
    assert run.state == "failed"
    assert "head.npz" in run.problem


def test_one_calibration_at_a_time(parent, microscope, pavel, ines):
    ask_for_calibration(actor=pavel, microscope=microscope)
    with pytest.raises(Conflict, match="under way"):
        ask_for_calibration(actor=ines, microscope=microscope)


def test_a_calibration_whose_worker_died_is_run_again(parent, microscope, pavel):
    run = ask_for_calibration(actor=pavel, microscope=microscope)
    long_ago = timezone.now() - timedelta(hours=1)
    CalibrationRun.objects.filter(pk=run.pk).update(state="running", attempt=1, seen_at=long_ago)
    assert sweep_calibrations() == 1
    assert CalibrationRun.objects.get().state == "queued"
    CalibrationRun.objects.filter(pk=run.pk).update(state="running", attempt=3, seen_at=long_ago)
    assert sweep_calibrations() == 0
    run.refresh_from_db()
    assert (run.state, run.problem) == ("failed", "The calibration was cut short 3 times and was given up.")


def test_the_page_follows_the_run_until_it_has_ended(client, parent, microscope, pavel):
    ask_for_calibration(actor=pavel, microscope=microscope)
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    live = reverse("calibration:live", args=[microscope.pk])
    waiting = client.get(live)
    assert b"waits for a worker" in waiting.content
    assert "HX-Refresh" not in waiting.headers
    run_waiting()
    assert client.get(live).headers["HX-Refresh"] == "true"
