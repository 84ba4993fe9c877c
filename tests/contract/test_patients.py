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
    assert BODY["mrn"] not in str(problem)


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
    # Whole values: four digits alone also turn up in a hash.
    for text in (BODY["family_name"], BODY["mrn"], "RV0042", BODY["birth_date"]):
        assert text not in trail


def test_a_correction_is_made_on_the_version_that_was_read(lis):
    made = lis.post("/patients/", BODY).json()
    address = f"/patients/{made['id']}/"
    read = lis.get(address)["ETag"]
    changed = lis.patch(address, {"family_name": "Okafor-Bell", "reason": "name_changed"}, If_Match=read)
    assert changed.status_code == 200
    body = changed.json()
    assert body["family_name"] == "Okafor-Bell"
    (former,) = body["former_identities"]
    assert (former["family_name"], former["mrn"], former["reason"]) == ("Okafor", BODY["mrn"], "name_changed")
    problem_of(lis.patch(address, {"family_name": "Other", "reason": "mistyped"}, If_Match=read), 412)
    assert lis.get(address)["ETag"] == changed["ETag"] != read


def test_a_patient_is_found_under_a_former_name_and_shows_both(lis):
    made = lis.post("/patients/", BODY).json()
    lis.patch(f"/patients/{made['id']}/", {"family_name": "Okafor-Bell", "reason": "name_changed"})
    (found,) = lis.get("/patients/", {"family_name": "okafor"}).json()["results"]
    assert (found["id"], found["family_name"]) == (made["id"], "Okafor-Bell")
    assert [row["family_name"] for row in lis.get(f"/patients/{made['id']}/").json()["former_identities"]] == ["Okafor"]


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"family_name": "X"}, 400, ["reason"]),
        ({"family_name": "X", "reason": "because"}, 400, ["reason"]),
        ({"family_name": "X", "reason": "other"}, 422, ["note"]),
        ({"birth_date": "2999-01-01", "reason": "mistyped"}, 422, ["birth_date"]),
    ],
)
def test_a_correction_that_cannot_be_made_names_the_field(lis, body, status, fields):
    made = lis.post("/patients/", BODY).json()
    problem = problem_of(lis.patch(f"/patients/{made['id']}/", body), status)
    assert list(problem["errors"]) == fields


def test_a_correction_to_another_patients_number_or_to_another_person_is_refused(lis):
    made = lis.post("/patients/", BODY).json()
    lis.post("/patients/", BODY | {"mrn": "OTHER-1"})
    address = f"/patients/{made['id']}/"
    problem_of(lis.patch(address, {"mrn": "other-1", "reason": "mistyped"}), 409)
    problem_of(lis.patch(address, {"mrn": "N-1", "birth_date": "1990-01-01", "reason": "mistyped"}), 422)
    assert lis.get(address).json()["former_identities"] == []


@pytest.mark.parametrize(
    ("given", "precision"), [("1980-02-29", "day"), ("1980-02", "month"), ("1980", "year"), (None, "unknown")]
)
def test_a_birth_date_is_as_known_as_it_is(lis, given, precision):
    made = lis.post("/patients/", BODY | {"birth_date": given}).json()
    assert (made["birth_date"], made["birth_date_precision"]) == (given, precision)
    if given:
        assert [row["id"] for row in lis.get("/patients/", {"birth_date": given}).json()["results"]] == [made["id"]]
    assert lis.get("/patients/", {"birth_date": "1980-01-01"}).json()["results"] == []
    problem_of(lis.get("/patients/", {"birth_date": "29.02.1980"}), 400)


def two(lis):
    """The addresses and bodies of two patients, the first without any case."""
    double = lis.post("/patients/", BODY | {"mrn": "D-1", "family_name": "Okafo"}).json()
    stays = lis.post("/patients/", BODY).json()
    return double, stays


def test_two_records_of_one_person_are_merged(lis):
    double, stays = two(lis)
    case = lis.new_case(patient=double["id"])
    merge = {"into": stays["id"], "reason": "The same person was registered twice."}
    done = lis.post(f"/patients/{double['id']}/merge/", merge)
    assert done.status_code == 201
    assert {name: done.json()[name] for name in ("patient", "into", "cases")} == {
        "patient": double["id"],
        "into": stays["id"],
        "cases": [case["id"]],
    }
    assert lis.get(f"/cases/{case['id']}/").json()["patient"] == stays["id"]
    for query in ({"mrn": "D-1"}, {"number": "d-1"}, {"family_name": "okafo"}, {}):
        assert [row["id"] for row in lis.get("/patients/", query).json()["results"]] == [stays["id"]]
    read = lis.get(f"/patients/{double['id']}/")
    assert (read.status_code, read.json()["merged_into"]) == (200, stays["id"])


def test_what_is_asked_of_a_merged_patient_names_the_one_that_stands(lis):
    double, stays = two(lis)
    merge = {"into": stays["id"], "reason": "The same person was registered twice."}
    address = f"/patients/{double['id']}/"
    assert lis.post(f"{address}merge/", merge).status_code == 201
    asked = [
        lis.post(f"{address}merge/", merge),
        lis.patch(address, {"family_name": "X", "reason": "mistyped"}),
        lis.patch(address, {"numbers": [], "reason": "other", "note": "None."}),
        lis.post("/cases/", {"patient": double["id"], "accession_number": "M-1"}),
    ]
    for answer in asked:
        problem = problem_of(answer, 409)
        assert (problem["type"].rpartition(":")[2], problem["into"]) == ("merged", stays["id"])


def test_a_merge_says_what_is_wrong(lis):
    double, stays = two(lis)
    address = f"/patients/{double['id']}/merge/"
    assert set(problem_of(lis.post(address, {}), 400)["errors"]) == {"into", "reason"}
    nobody = {"into": "6b0c7d0e-0000-4000-8000-000000000000", "reason": "The same person."}
    assert set(problem_of(lis.post(address, nobody), 422)["errors"]) == {"into"}
    problem_of(lis.post(address, {"into": double["id"], "reason": "The same person."}), 409)
    problem_of(lis.post(address, {"into": stays["id"], "reason": "same"}), 422)


def test_merging_needs_its_scope(lis, lis_of, riverside):
    double, stays = two(lis)
    other = lis_of(riverside, "cases:read", "cases:write")
    problem_of(other.post(f"/patients/{double['id']}/merge/", {"into": stays["id"], "reason": "The same person."}), 403)
    problem_of(other.patch(f"/patients/{double['id']}/", {"mrn": "X", "reason": "mistyped"}), 403)


def test_numbers_of_other_systems_find_a_patient(lis):
    double, stays = two(lis)
    address = f"/patients/{stays['id']}/"
    why = {"reason": "number_changed"}
    first = lis.get(address)
    numbers = [{"system": "urn:oid:2.16.840.1.113883.4.1", "value": "NAT 7"}, {"system": "hospital", "value": "H-1"}]
    given = lis.patch(address, {"numbers": numbers} | why, if_match=first["ETag"])
    assert [(one["system"], one["value"], one["until"]) for one in given.json()["numbers"]] == [
        ("hospital", "H-1", None),
        ("urn:oid:2.16.840.1.113883.4.1", "NAT 7", None),
    ]
    assert given["ETag"] != first["ETag"]
    problem = problem_of(lis.patch(f"/patients/{double['id']}/", {"numbers": numbers[1:]} | why), 409)
    assert problem["patient"] == stays["id"]
    ended = lis.patch(address, {"numbers": numbers[:1]} | why).json()["numbers"]
    assert [bool(one["until"]) for one in ended] == [True, False]
    for number in ("nat7", "H-1", BODY["mrn"]):
        assert [row["id"] for row in lis.get("/patients/", {"number": number}).json()["results"]] == [stays["id"]]
    assert "NAT" not in str(list(AuditEvent.objects.values_list("before", "after", "reason")))
