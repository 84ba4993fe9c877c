from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.models import Analysis, Prediction
from classifier.services import claim_analysis, renew_leases, run_analysis, store_result
from classifier.services.in_hand import in_hand
from classifier.services.stored_images import open_stored_image

pytestmark = pytest.mark.django_db


def expire(analysis):
    Analysis.objects.filter(pk=analysis.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_claim_leases_the_run_to_one_worker(image):
    analysis = claim_analysis(image_id=image.pk, worker="one")

    assert (analysis.state, analysis.worker, analysis.attempt) == ("running", "one", 1)
    assert analysis.lease_until > timezone.now()
    assert claim_analysis(image_id=image.pk, worker="two") is None
    image.refresh_from_db()
    assert image.state == "analysing"


def test_a_lease_that_ran_out_is_taken_by_the_next_worker(image):
    expire(claim_analysis(image_id=image.pk, worker="one"))

    second = claim_analysis(image_id=image.pk, worker="two")

    assert (second.worker, second.attempt) == ("two", 2)


def test_a_living_worker_keeps_its_lease(image):
    analysis = claim_analysis(image_id=image.pk, worker="one")
    expire(analysis)

    with in_hand(analysis):
        assert renew_leases() == 1
    assert claim_analysis(image_id=image.pk, worker="two") is None


def test_what_a_worker_lost_is_not_renewed_though_it_lives(image):
    lost = claim_analysis(image_id=image.pk, worker="one")
    expire(lost)

    assert renew_leases() == 0
    assert claim_analysis(image_id=image.pk, worker="two").attempt == 2
    with in_hand(lost):
        assert renew_leases() == 0, "the run is another worker's now"


def test_a_run_that_hangs_is_not_renewed_for_ever(image, settings):
    settings.ANALYSIS_LONGEST_SECONDS = 60
    analysis = claim_analysis(image_id=image.pk, worker="one")
    Analysis.objects.update(started_at=timezone.now() - timedelta(seconds=61))

    with in_hand(analysis):
        assert renew_leases() == 0


def test_attempts_are_bounded_and_end_in_a_sentence(image, settings):
    settings.ANALYSIS_MAX_ATTEMPTS = 1
    for worker in ("one", "two"):
        expire(claim_analysis(image_id=image.pk, worker=worker))

    assert claim_analysis(image_id=image.pk, worker="three") is None

    analysis = Analysis.objects.get()
    image.refresh_from_db()
    assert (analysis.state, analysis.problem_kind) == ("failed", "attempts")
    assert "2 times" in analysis.problem
    assert (image.state, image.problem) == ("failed", analysis.problem)


def test_a_worker_that_was_overtaken_writes_nothing(image, engine):
    slow = claim_analysis(image_id=image.pk, worker="slow")
    result = engine.analyse(slow.model_version, open_stored_image(image), um_per_px=None)
    expire(slow)
    run_analysis(image_id=image.pk, worker="fast")
    written = Prediction.objects.count()

    assert store_result(analysis=slow, result=result) is False

    assert Prediction.objects.count() == written
    assert Analysis.objects.get().worker == "fast"


def test_a_defect_gives_the_run_back_and_is_raised(image, engine, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "analyse", broken)
    with pytest.raises(ZeroDivisionError):
        run_analysis(image_id=image.pk, worker="one")

    analysis = Analysis.objects.get()
    image.refresh_from_db()
    assert (analysis.state, analysis.attempt, image.state) == ("queued", 1, "queued")
    assert "reference" in analysis.problem


def test_the_last_attempt_that_meets_a_defect_fails_for_good(image, engine, monkeypatch, settings):
    settings.ANALYSIS_MAX_ATTEMPTS = 1

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "analyse", broken)
    with pytest.raises(ZeroDivisionError):
        run_analysis(image_id=image.pk, worker="one")

    analysis = Analysis.objects.get()
    image.refresh_from_db()
    assert (analysis.state, analysis.problem_kind, image.state) == ("failed", "defect", "failed")
