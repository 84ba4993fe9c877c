"""Cases are created, found, read, changed and submitted."""

import uuid

import pytest

from cases.models import Case
from tests.contract.conftest import picture, problem_of

pytestmark = pytest.mark.django_db


def test_a_case_is_created_as_a_draft(lis):
    patient = lis.new_patient()["id"]
    response = lis.post(
        "/cases/",
        {
            "patient": patient,
            "accession_number": "A-2026-1",
            "priority": "urgent",
            "stain": "wright_giemsa",
            "clinical_question": "Left shift?",
        },
    )
    assert response.status_code == 201
    body = response.json()
    assert uuid.UUID(body["id"])
    assert body["state"] == "draft"
    assert body["patient"] == patient
    assert (body["clinic"]["slug"], body["laboratory"]["slug"]) == (
        "riverside-clinic",
        "central-laboratory",
    )
    assert body["images"] == []
    assert response["Location"].endswith(f"/api/v1/cases/{body['id']}/")
    assert lis.get(f"/cases/{body['id']}/").json() == body


def test_optional_facts_of_the_specimen_are_kept(lis):
    facts = {
        "objective": 100,
        "um_per_px": 0.065,
        "camera": "DP27",
        "microscope": "BX43",
        "collected_at": "2026-05-04T10:00:00Z",
        "wbc": "7.40",
        "wbc_source": "analyser",
    }
    body = lis.new_case(**facts)
    assert {name: body[name] for name in facts} == facts


def test_the_laboratory_gives_a_number_where_none_is_sent(lis):
    patient = lis.new_patient()["id"]
    body = lis.post("/cases/", {"patient": patient}).json()
    assert body["accession_number"]
    assert (body["priority"], body["stain"]) == ("routine", "wright_giemsa")


def test_an_accession_number_is_unique_in_the_laboratory(lis, lis_of, hilltop):
    lis.new_case("A-1")
    patient = lis_of(hilltop).new_patient()["id"]
    same = {"patient": patient, "accession_number": "A-1"}
    problem = problem_of(lis_of(hilltop, "cases:write").post("/cases/", same), 409)
    assert problem["type"].endswith("duplicate-accession-number")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"priority": "now"}, "priority"),
        ({"stain": "pink"}, "stain"),
        ({"accession_number": "a b"}, "accession_number"),
        ({"accession_number": "x" * 65}, "accession_number"),
        ({"patient": "4711"}, "patient"),
        ({"patient": str(uuid.UUID(int=7))}, "patient"),
        ({"objective": 0}, "objective"),
        ({"um_per_px": 0.019}, "um_per_px"),
        ({"um_per_px": 1.1}, "um_per_px"),
        ({"collected_at": "yesterday"}, "collected_at"),
    ],
)
def test_an_impossible_value_is_named(lis, change, field):
    patient = lis.new_patient()["id"]
    problem = problem_of(lis.post("/cases/", {"patient": patient} | change), 400)
    assert list(problem["errors"]) == [field]
    assert not Case.objects.exists()


def test_a_count_without_its_source_is_refused(lis):
    patient = lis.new_patient()["id"]
    problem_of(lis.post("/cases/", {"patient": patient, "wbc": "7.4"}), 422)


def test_another_clinics_patient_cannot_be_used(lis, lis_of, hilltop):
    theirs = lis_of(hilltop).new_patient()["id"]
    problem = problem_of(lis.post("/cases/", {"patient": theirs}), 400)
    unknown = problem_of(lis.post("/cases/", {"patient": str(uuid.uuid4())}), 400)
    assert problem["errors"] == unknown["errors"], "a foreign id reads like an unknown one"


def test_cases_are_found_by_number_and_state(lis):
    first, second = lis.new_case("A-1"), lis.new_case("A-2")
    listed = [row["id"] for row in lis.get("/cases/").json()["results"]]
    assert listed == [second["id"], first["id"]], "newest first"
    by_number = lis.get("/cases/", {"accession_number": "A-1"}).json()["results"]
    assert [row["id"] for row in by_number] == [first["id"]]
    lis.send(second["id"], picture())
    lis.post(f"/cases/{second['id']}/submit/")
    drafts = lis.get("/cases/", {"state": "draft"}).json()["results"]
    assert [row["id"] for row in drafts] == [first["id"]]
    problem_of(lis.get("/cases/", {"state": "lost"}), 400)


def test_a_long_list_comes_in_pages(lis):
    patient = lis.new_patient()["id"]
    made = {lis.new_case(f"A-{number}", patient=patient)["id"] for number in range(5)}
    seen, answer = [], lis.get("/cases/", {"page_size": "2"}).json()
    seen += [row["id"] for row in answer["results"]]
    while answer["next"]:
        path = answer["next"].split("/api/v1", 1)[1]
        answer = lis.get(path).json()
        seen += [row["id"] for row in answer["results"]]
    assert len(seen) == 5
    assert set(seen) == made


def test_a_bad_cursor_is_refused(lis):
    problem = problem_of(lis.get("/cases/", {"cursor": "nonsense"}), 400)
    assert list(problem["errors"]) == ["cursor"]


def test_a_case_is_submitted(lis):
    case = lis.new_case()
    assert lis.send(case["id"], picture()).status_code == 201
    response = lis.post(f"/cases/{case['id']}/submit/")
    assert response.status_code == 200
    body = response.json()
    assert body["state"] in {"submitted", "analysing"}
    assert body["submitted_at"]
    assert body["due_at"]
    problem_of(lis.post(f"/cases/{case['id']}/submit/"), 409)


def test_a_case_without_images_is_not_submitted(lis):
    problem = problem_of(lis.post(f"/cases/{lis.new_case()['id']}/submit/"), 422)
    assert "image" in problem["detail"]


def test_a_draft_is_changed(lis):
    case = lis.new_case()
    response = lis.patch(f"/cases/{case['id']}/", {"priority": "stat"})
    assert response.status_code == 200
    assert response.json()["priority"] == "stat"
    assert response.json()["stain"] == case["stain"]


def test_a_case_is_cancelled_with_a_reason(lis):
    case = lis.new_case()
    problem_of(lis.post(f"/cases/{case['id']}/cancel/", {}), 400)
    answer = lis.post(f"/cases/{case['id']}/cancel/", {"reason": "ordered twice"})
    assert answer.json()["state"] == "cancelled"
    problem_of(lis.send(case["id"], picture()), 409)


@pytest.mark.parametrize("way", ["submit", "cancel", "images", "read", "change"])
def test_another_clinics_case_is_not_found(lis, lis_of, hilltop, way):
    case = lis.new_case()["id"]
    other = lis_of(hilltop)
    answers = {
        "submit": lambda: other.post(f"/cases/{case}/submit/"),
        "cancel": lambda: other.post(f"/cases/{case}/cancel/", {"reason": "x"}),
        "images": lambda: other.send(case, picture()),
        "read": lambda: other.get(f"/cases/{case}/"),
        "change": lambda: other.patch(f"/cases/{case}/", {"priority": "stat"}),
    }
    problem_of(answers[way](), 404)
    assert Case.objects.get().state == "draft"


def test_a_stale_version_is_not_submitted(lis):
    case = lis.new_case()
    old = lis.get(f"/cases/{case['id']}/")["ETag"]
    lis.send(case["id"], picture())
    problem_of(lis.post(f"/cases/{case['id']}/submit/", If_Match=old), 412)
    problem_of(lis.patch(f"/cases/{case['id']}/", {"priority": "stat"}, If_Match=old), 412)
    current = lis.get(f"/cases/{case['id']}/")["ETag"]
    assert lis.post(f"/cases/{case['id']}/submit/", If_Match=current).status_code == 200
