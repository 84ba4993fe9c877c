from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Priority
from cases.services.cases import create_case
from cases.services.images import receive_image
from classifier.models import Analysis
from classifier.services import claim_analysis, run_analysis, sweep
from tests.factories.smears import drawn_field

pytestmark = pytest.mark.django_db


def long_ago(seconds=3600):
    return timezone.now() - timedelta(seconds=seconds)


def test_nothing_to_do_does_nothing(image):
    swept = sweep()

    assert (swept.leases_expired, swept.never_enqueued, swept.sent_again, swept.given_up) == (0, 0, 0, 0)


def test_an_expired_lease_goes_back_to_the_queue_and_is_sent(image):
    claim_analysis(image_id=image.pk, worker="dead")
    Analysis.objects.update(lease_until=long_ago())

    swept = sweep()

    image.refresh_from_db()
    analysis = Analysis.objects.get()
    assert (swept.leases_expired, swept.sent_again) == (1, 1)
    assert (analysis.state, analysis.lease_until, image.state) == ("queued", None, "queued")
    assert "dead" in image.transitions.last().reason


def test_a_living_lease_is_left_alone(image):
    claim_analysis(image_id=image.pk, worker="alive")

    assert sweep().leases_expired == 0
    assert Analysis.objects.get().state == "running"


def test_used_up_attempts_end_in_failure(image, settings):
    settings.ANALYSIS_MAX_ATTEMPTS = 1
    for given_up in (0, 1):
        claim_analysis(image_id=image.pk, worker="dead")
        Analysis.objects.update(lease_until=long_ago())
        assert sweep().given_up == given_up

    image.refresh_from_db()
    assert (Analysis.objects.get().state, image.state) == ("failed", "failed")


def test_an_image_whose_signal_was_lost_is_found(active, amina, case, engine, django_capture_on_commit_callbacks):
    # No commit callbacks: as when the web process died right after its commit.
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field())
    assert not image.analyses.exists()

    with django_capture_on_commit_callbacks(execute=True):
        swept = sweep()

    assert swept.never_enqueued == 1
    assert image.analyses.get().trigger == "sweep"
    run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    assert image.state == "analysed"


def test_a_waiting_run_whose_message_is_lost_is_sent_again_once(image, settings):
    Analysis.objects.update(sent_at=long_ago(settings.ANALYSIS_RESEND_SECONDS + 1))

    assert sweep().sent_again == 1
    assert sweep().sent_again == 0


def test_the_most_pressing_message_is_sent_again_first(
    image, amina, case, settings, monkeypatch, django_capture_on_commit_callbacks
):
    stat = create_case(actor=amina, patient=case.patient, accession_number="A-2", priority=Priority.STAT)
    with django_capture_on_commit_callbacks(execute=True):
        later, _ = receive_image(actor=amina, case=stat, upload=drawn_field(2))
    Analysis.objects.update(sent_at=long_ago(settings.ANALYSIS_RESEND_SECONDS + 1))
    sent = []
    monkeypatch.setattr(
        "classifier.services.queueing.hint", lambda _task, key, *, rank: sent.append((key, rank)) or True
    )

    assert sweep().sent_again == 2

    assert sent == [(later.pk, 0), (image.pk, 6)]


def test_what_is_finished_is_never_touched(image, engine):
    run_analysis(image_id=image.pk, worker="w")
    Analysis.objects.update(sent_at=long_ago())
    before = Analysis.objects.values().get()

    sweep()

    assert Analysis.objects.values().get() == before
