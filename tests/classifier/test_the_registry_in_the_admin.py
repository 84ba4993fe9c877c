import json

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from classifier.inference.bundle import CARD, seal
from classifier.models import ModelVersion
from classifier.services import register_model, run_analysis
from tests.factories.smears import evaluated_bundle

pytestmark = pytest.mark.django_db

VERSIONS = "admin:classifier_modelversion_changelist"


@pytest.fixture
def desk(client, ines):
    """The browser of an administrator."""
    client.force_login(ines)
    return client


def act(desk, page, action, rows, reason=""):
    return desk.post(
        reverse(page),
        {"action": action, "_selected_action": [str(row.pk) for row in rows], "reason": reason},
        follow=True,
    ).content.decode()


def test_a_model_is_promoted_with_its_reason(desk, version, ines):
    answer = act(desk, VERSIONS, "promote", [version], "Validated.")

    version.refresh_from_db()
    assert "1.0.0 is active." in answer
    assert (version.state, version.promoted_by, version.reason) == ("active", ines, "Validated.")


def test_without_a_reason_nothing_changes(desk, version):
    answer = act(desk, VERSIONS, "promote", [version])

    assert "Say why" in answer
    assert ModelVersion.objects.active() is None


def test_two_models_are_not_promoted_at_once(desk, version, tmp_path):
    other, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "two", version="2"))

    assert "Select one model" in act(desk, VERSIONS, "promote", [version, other], "Both.")
    assert ModelVersion.objects.active() is None


def test_rolling_back_from_the_list(desk, active, tmp_path):
    other, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "two", version="2"))
    act(desk, VERSIONS, "promote", [other], "Better.")

    act(desk, VERSIONS, "roll_back", [other], "Worse.")

    assert ModelVersion.objects.active() == active


def test_the_page_of_a_model_shows_figures_and_card(desk, active):
    page = desk.get(reverse("admin:classifier_modelversion_change", args=[active.pk])).content.decode()

    assert "&quot;accuracy&quot;: 0.9" in page
    assert active.card_sha256 in page


def test_pictures_of_a_model_are_served_and_nothing_else_of_its_folder(desk, tmp_path):
    folder = evaluated_bundle(tmp_path / "pictured")
    (folder / "confusion.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    card = json.loads((folder / CARD).read_text())
    seal(folder, {key: value for key, value in card.items() if key not in {"format", "files"}})
    version, _ = register_model(actor=None, directory=folder)

    def status(name):
        answer = desk.get(reverse("admin:classifier_modelversion_picture", args=[version.pk, name]))
        return answer.status_code

    assert status("confusion.png") == 200
    assert status("card.json") == 404
    assert status("model.int8.onnx") == 404
    assert status("other.png") == 404


def test_runs_and_predictions_are_shown_read_only_and_views_are_recorded(desk, image, engine, case):
    run_analysis(image_id=image.pk, worker="w")
    analysis = image.analyses.get()
    prediction = analysis.predictions.first()

    for page, row in (("analysis", analysis), ("prediction", prediction)):
        assert case.accession_number in desk.get(reverse(f"admin:classifier_{page}_changelist")).content.decode()
        opened = desk.get(reverse(f"admin:classifier_{page}_change", args=[row.pk]))
        assert opened.status_code == 200
        assert desk.post(reverse(f"admin:classifier_{page}_delete", args=[row.pk])).status_code == 403
        event = AuditEvent.objects.get(action="view", object_type=f"classifier.{page}")
        assert (event.object_id, event.patient_id) == (str(row.pk), case.patient_id)


def test_another_laboratory_sees_none_of_it(client, petra, image, engine, case):
    run_analysis(image_id=image.pk, worker="w")
    client.force_login(petra)

    for page in ("analysis", "prediction"):
        assert case.accession_number not in client.get(reverse(f"admin:classifier_{page}_changelist")).content.decode()


def test_failed_runs_are_started_again_with_a_reason(desk, receive, engine, version):
    image = receive()
    run_analysis(image_id=image.pk, worker="w")
    act(desk, VERSIONS, "promote", [version], "First.")

    answer = act(desk, "admin:classifier_analysis_changelist", "requeue", [image.analyses.get()], "There is a model.")

    image.refresh_from_db()
    assert "1 analyses were started again." in answer
    assert image.state == "queued"
