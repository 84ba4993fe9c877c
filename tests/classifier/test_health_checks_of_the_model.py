import pytest
from django.core.checks import run_checks

from classifier.models import Analysis
from classifier.services import run_analysis

pytestmark = pytest.mark.django_db


def found():
    return {
        message.id: message.msg
        for message in run_checks(databases=["default"], tags=["database"])
        if message.id.startswith("classifier.")
    }


def test_all_is_well_with_a_verified_model(active):
    assert found() == {}


def test_no_active_model_is_a_warning():
    assert set(found()) == {"classifier.W001"}


def test_an_altered_model_is_named(active, bundle_dir):
    (bundle_dir / "head.npz").write_bytes(b"x")

    assert "head.npz" in found()["classifier.E002"]


def test_an_image_analysed_without_a_result_is_found(image, engine):
    run_analysis(image_id=image.pk, worker="w")
    Analysis.objects.update(state="queued", finished_at=None)

    assert "1 images are marked analysed" in found()["classifier.E003"]


def test_an_image_stuck_in_analysis_is_found(image):
    image.state = "analysing"
    image.save()
    Analysis.objects.all().delete()

    assert "classifier.E004" in found()


def test_an_unknown_engine_is_refused(settings):
    settings.HEMATOVISION_ENGINE = "abacus"

    assert "classifier.E001" in {message.id for message in run_checks()}
