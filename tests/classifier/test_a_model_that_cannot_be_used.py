import shutil

import pytest

from classifier.models import Analysis, Prediction
from classifier.services import (
    ensure_model,
    failed_for_the_model,
    promote_model,
    register_model,
    requeue_analyses,
    run_analysis,
)
from tests.factories.smears import evaluated_bundle

pytestmark = pytest.mark.django_db


def outcome(image):
    image.refresh_from_db()
    analysis = image.analyses.get()
    return analysis, (image.state, analysis.state, analysis.problem_kind)


def test_without_any_model_the_run_fails_with_a_sentence(receive, engine):
    image = receive()

    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert states == ("failed", "failed", "model")
    assert image.problem == analysis.problem
    assert "No model is in use" in analysis.problem
    assert not Prediction.objects.exists()


def test_a_missing_file_is_named(image, engine, bundle_dir):
    (bundle_dir / "model.int8.onnx").unlink()

    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert states == ("failed", "failed", "model")
    assert "model.int8.onnx" in analysis.problem
    assert not image.cells.exists()


def test_an_altered_file_is_refused_and_named(image, engine, bundle_dir):
    weights = bundle_dir / "model.int8.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")

    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert states == ("failed", "failed", "model")
    assert "model.int8.onnx" in analysis.problem
    assert not Prediction.objects.exists()


def test_a_file_altered_under_a_running_worker_is_noticed(image, receive, engine, bundle_dir):
    run_analysis(image_id=image.pk, worker="w")
    weights = bundle_dir / "model.int8.onnx"
    weights.write_bytes(weights.read_bytes() + b"?")
    second = receive(seed=2)

    run_analysis(image_id=second.pk, worker="w")

    assert outcome(second)[1] == ("failed", "failed", "model")


def test_another_card_under_the_same_name_is_not_the_registered_model(image, engine, bundle_dir):
    shutil.rmtree(bundle_dir)
    evaluated_bundle(bundle_dir, version="2.0.0")

    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert states == ("failed", "failed", "model")
    assert "registered" in analysis.problem


def test_what_failed_for_the_model_is_read_once_a_good_one_is_in_use(receive, engine, version, ines):
    image = receive()
    run_analysis(image_id=image.pk, worker="w")
    # Registered after the upload, promoted after the failure.
    promote_model(actor=ines, version=version, reason="First one.")

    count = requeue_analyses(actor=ines, analyses=failed_for_the_model(), reason="A model is in use now.")
    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert count == 1
    assert states == ("analysed", "done", "")
    assert (analysis.model_version, analysis.requested_by, analysis.trigger) == (version, ines, "request")


def test_the_restored_file_is_loaded_again_by_the_same_worker(image, engine, bundle_dir):
    weights = bundle_dir / "model.int8.onnx"
    good = weights.read_bytes()
    weights.write_bytes(b"not a model")
    run_analysis(image_id=image.pk, worker="w")
    weights.write_bytes(good)

    requeue_analyses(actor=None, analyses=Analysis.objects.all(), reason="Restored from backup.")
    run_analysis(image_id=image.pk, worker="w")

    assert outcome(image)[1] == ("analysed", "done", "")


def test_the_same_model_kept_elsewhere_on_this_host_is_found_by_its_card(image, engine, bundle_dir, settings, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    bundle_dir.rename(elsewhere)
    settings.HEMATOVISION_MODEL_DIR = elsewhere

    run_analysis(image_id=image.pk, worker="w")

    assert outcome(image)[1] == ("analysed", "done", "")


def test_a_promoted_version_analyses_the_next_image(image, receive, engine, tmp_path):
    run_analysis(image_id=image.pk, worker="w")
    waiting = receive(seed=2)
    newer, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-2", version="2.0.0"))
    promote_model(actor=None, version=newer, reason="Better.")

    run_analysis(image_id=waiting.pk, worker="w")

    assert waiting.analyses.get().model_version == newer
    assert image.analyses.get().model_version != newer


def test_an_installation_that_gets_its_first_model_analyses_what_waited_for_one(receive, engine, bundle_dir):
    image = receive()
    run_analysis(image_id=image.pk, worker="w")

    ensured = ensure_model(directory=bundle_dir)
    run_analysis(image_id=image.pk, worker="w")

    analysis, states = outcome(image)
    assert "1 images" in ensured.sentence
    assert (states, analysis.trigger) == (("analysed", "done", ""), "model")
