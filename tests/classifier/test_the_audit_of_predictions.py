"""The administrator's audit of predictions: filters, pages, export, and who may open it."""

import csv
import io

import pytest

from audit.models import AuditEvent
from classifier.models import Prediction

PAGE = "/oversight/predictions/"
EXPORT = "/oversight/predictions/export/"


@pytest.fixture
def analysed(image, engine, django_capture_on_commit_callbacks):
    """One image, analysed by the active model."""
    from classifier.services.runs import run_analysis

    assert run_analysis(image_id=image.pk, worker="test") is not None
    assert Prediction.objects.exists()
    return image


def listed(response):
    return [row["prediction"] for row in response.context["rows"]]


def exported(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


@pytest.mark.parametrize("address", [PAGE, EXPORT, "/oversight/models/"])
def test_only_administrators_and_auditors_enter(client, amina, pavel, sami, ines, olga, address):
    assert client.get(address).url.startswith("/accounts/login/")
    for user, status in ((amina, 403), (pavel, 403), (sami, 403), (ines, 200), (olga, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status, user


def test_every_prediction_is_listed_newest_first(client, olga, analysed):
    client.force_login(olga)
    found = listed(client.get(PAGE))
    assert len(found) == Prediction.objects.count()
    assert [each.created_at for each in found] == sorted((each.created_at for each in found), reverse=True)


def test_another_laboratory_sees_no_predictions(client, timo, analysed):
    client.force_login(timo)
    assert listed(client.get(PAGE)) == []
    assert exported(client.get(EXPORT)) == []


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("since=2000-01-01", True),
        ("since=2100-01-01", False),
        ("until=2000-01-01", False),
        ("score_from=0", True),
        ("score_from=100&score_below=100.0", False),
        ("label=no-such-class", False),
        ("clinic=00000000-0000-4000-8000-000000000000", False),
        ("model_version=00000000-0000-4000-8000-000000000000", False),
    ],
)
def test_filters_narrow_predictions_and_nonsense_finds_none(client, olga, analysed, query, finds):
    client.force_login(olga)
    assert bool(listed(client.get(f"{PAGE}?{query}"))) is finds
    assert bool(exported(client.get(f"{EXPORT}?{query}"))) is finds


def test_clinic_model_class_and_score_find_what_they_say(client, olga, analysed):
    client.force_login(olga)
    one = Prediction.objects.order_by("score").first()
    clinic = analysed.case.clinic_id
    query = (
        f"?clinic={clinic}&model_version={one.model_version_id}&label={one.label}&score_below={one.score * 100 + 0.01}"
    )
    found = listed(client.get(PAGE + query))
    assert one in found
    assert all(each.label == one.label and each.score <= one.score + 1e-4 for each in found)


def test_the_export_names_no_patient(client, olga, analysed):
    client.force_login(olga)
    rows = exported(client.get(EXPORT))
    assert len(rows) == Prediction.objects.count()
    assert rows[0]["case"] == analysed.case.accession_number
    assert analysed.case.patient.family_name not in str(rows)
    assert analysed.case.patient.mrn not in str(rows)


def test_viewing_and_exporting_predictions_are_in_the_audit_trail(client, olga, analysed):
    client.force_login(olga)
    client.get(f"{PAGE}?label=neutrophil")
    client.get(EXPORT)
    seen = AuditEvent.objects.filter(object_type="classifier.prediction")
    assert seen.get(action="view").after["filters"] == {"label": "neutrophil"}
    assert seen.filter(action="export").count() == 1


def test_the_models_page_shows_the_figures_of_the_card(client, olga, active):
    client.force_login(olga)
    page = client.get("/oversight/models/").content.decode()
    assert "tiny 1.0.0" in page
    assert "Active" in page
    assert "90.0 %" in page
    assert active.card_sha256 in page
