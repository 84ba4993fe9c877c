"""Patients are registered, found by record number, and kept within their organisation."""

import pytest

from audit.models import AuditEvent
from tests.contract.conftest import problem_of

pytestmark = pytest.mark.django_db

BODY = {
    "mrn": "RV 0042",
    "family_name": "Okafor",
    "given_name": "Ada",
    "birth_date": "1980-02-29",
    "sex": "female",
}


def test_a_patient_is_registered(lis):
    response = lis.post("/patients/", BODY)
    assert response.status_code == 201
    body = response.json()
    assert {name: body[name] for name in BODY} == BODY
    assert body["organisation"] == "riverside-clinic"
    assert response["Location"].endswith(f"/api/v1/patients/{body['id']}/")
    assert lis.get(f"/patients/{body['id']}/").json() == body


def test_a_patient_is_found_by_record_number_however_it_is_typed(lis):
    made = lis.post("/patients/", BODY).json()
    lis.new_patient(mrn="RV 0043")
    for typed in ("RV 0042", "rv 0042", " rv0042 "):
        found = lis.get("/patients/", {"mrn": typed}).json()
        assert [row["id"] for row in found["results"]] == [made["id"]]
    assert lis.get("/patients/", {"mrn": "RV 004"}).json()["results"] == []


def test_a_patient_is_found_by_name_and_birth_date(lis):
    made = lis.post("/patients/", BODY).json()
    found = lis.get("/patients/", {"family_name": "okafor", "birth_date": "1980-02-29"}).json()
    assert [row["id"] for row in found["results"]] == [made["id"]]
    found = lis.get("/patients/", {"family_name": "okafor", "birth_date": "1980-02-28"}).json()
    assert found["results"] == []


def test_the_same_record_number_twice_is_a_conflict(lis):
    lis.post("/patients/", BODY)
    problem = problem_of(lis.post("/patients/", BODY), 409)
    assert "medical record number" in problem["detail"]
    assert "0042" not in str(problem)


def test_two_organisations_may_use_the_same_record_number(lis, lis_of, hilltop):
    mine = lis.post("/patients/", BODY).json()
    other = lis_of(hilltop)
    theirs = other.post("/patients/", BODY)
    assert theirs.status_code == 201
    found = other.get("/patients/", {"mrn": BODY["mrn"]}).json()["results"]
    assert [row["id"] for row in found] == [theirs.json()["id"]]
    problem_of(other.get(f"/patients/{mine['id']}/"), 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mrn", ""),
        ("mrn", "x" * 65),
        ("family_name", None),
        ("birth_date", "29.02.1980"),
        ("birth_date", "1981-02-29"),
        ("sex", "f"),
    ],
)
def test_an_impossible_value_is_named(lis, field, value):
    problem = problem_of(lis.post("/patients/", BODY | {field: value}), 400)
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("field", ["mrn", "family_name", "birth_date"])
def test_a_missing_value_is_named(lis, field):
    body = {name: value for name, value in BODY.items() if name != field}
    problem = problem_of(lis.post("/patients/", body), 400)
    assert list(problem["errors"]) == [field]


def test_a_birth_in_the_future_is_refused(lis):
    response = lis.post("/patients/", BODY | {"birth_date": "2999-01-01"})
    problem = problem_of(response, 422)
    assert list(problem["errors"]) == ["birth_date"]


@pytest.mark.parametrize("query", [{"MRN": "RV 0042"}, {"mrn": ""}, {"mrn": " "}, {"name": "Okafor"}])
def test_a_filter_that_is_unknown_or_empty_never_widens_the_search(lis, query):
    lis.post("/patients/", BODY)
    problem = problem_of(lis.get("/patients/", query), 400)
    assert list(problem["errors"]) == list(query)
    assert "Okafor" not in problem["detail"]


def test_searching_and_viewing_are_audited_without_identifying_text(lis):
    made = lis.post("/patients/", BODY).json()
    lis.get("/patients/", {"mrn": BODY["mrn"]})
    lis.get(f"/patients/{made['id']}/")
    search = AuditEvent.objects.filter(action="search").latest("id")
    assert search.object_type == "cases.patient"
    assert search.after == {"terms": ["mrn"], "found": 1}
    assert search.token
    view = AuditEvent.objects.filter(action="view").latest("id")
    assert (str(view.patient_id), view.object_id) == (made["id"], made["id"])
    trail = " ".join(str(event.__dict__) for event in AuditEvent.objects.all())
    for text in ("Okafor", "0042", "1980"):
        assert text not in trail.replace(str(view.at), "")
