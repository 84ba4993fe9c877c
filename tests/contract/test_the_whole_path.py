"""What an acceptance test does: order, image, submit, analysis, result - through the API alone."""

import pytest

from cases.cell_classes import CLASS_CODES
from classifier import analyser
from classifier.api.image_serializers import QualityOut
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import promote_model, register_model
from classifier.tasks import analyse_image
from tests.factories.smears import drawn_field, evaluated_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def active_model(tmp_path):
    """An active model, and an engine in this process as a worker has one."""
    version, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-1"))
    promote_model(actor=None, version=version, reason="The tests need one.")
    analyser.install(BundleAnalyser("onnx"))
    yield version
    analyser.install(None)


def test_an_image_sent_by_a_client_comes_back_classified(
    lis, olga, session_of, active_model, django_capture_on_commit_callbacks
):
    case = lis.new_case("A-2026-7", priority="stat")["id"]
    with django_capture_on_commit_callbacks(execute=True):
        sent = lis.send(case, drawn_field(1).read())
        assert sent.status_code == 201
    image = sent.json()["id"]
    submitted = lis.post(f"/cases/{case}/submit/")
    assert submitted.status_code == 200
    assert submitted.json()["state"] == "analysing"

    analyse_image(image)

    body = lis.get(f"/images/{image}/").json()
    assert body["state"] == "analysed"
    assert body["analysis"]["state"] == "done"
    assert body["analysis"]["model_version"] == str(active_model.pk)
    described = QualityOut(data=body["quality"])
    assert described.is_valid(), described.errors
    assert described.validated_data == body["quality"]
    assert len(body["cells"]) >= 3
    for cell in body["cells"]:
        x, y, width, height = cell["box"]
        assert 0 <= x < x + width <= body["width"]
        assert 0 <= y < y + height <= body["height"]
        assert set(cell["probabilities"]) == set(CLASS_CODES)
        assert cell["identified"] is (cell["label"] != "unidentified")
    detail = lis.get(f"/cases/{case}/").json()
    assert detail["state"] == "ready"
    assert sum(detail["counts"].values()) == len(body["cells"])
    assert [row["state"] for row in detail["images"]] == ["analysed"]
    listed = session_of(olga).get("/predictions/", {"case": case}).json()["results"]
    assert {row["cell"] for row in listed} == {cell["id"] for cell in body["cells"]}
