"""A field that does not exist is refused by its name, wherever a body is taken: nothing that was sent is lost in silence."""

import json

import pytest
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from cases.models import Case
from cases.states import CaseState
from microscopes.models import Microscope
from tests.contract.conftest import API, problem_of
from tests.contract.test_schema import SESSION_ONLY
from tests.factories.orders import waiting_order
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db

LISTS = {"text/csv"}
"""A list has columns instead of fields; `test_reconciling_what_arrived` says what becomes of wrong ones."""
WRITES = [
    (method, path, kinds)
    for path, operations in Client().get(f"{API}/schema/").json()["paths"].items()
    for method, operation in operations.items()
    if method in {"post", "put", "patch"}
    and not LISTS.issuperset(kinds := tuple(operation.get("requestBody", {}).get("content", {"application/json": {}})))
]


def test_there_are_writes_to_walk():
    assert {"/api/v1/cases/", "/api/v1/cases/{id}/submit/", "/api/v1/cases/{id}/images/"} <= {
        path for _, path, _ in WRITES
    }


@pytest.mark.parametrize(("method", "path", "kinds"), WRITES, ids=[f"{method} {path}" for method, path, _ in WRITES])
def test_an_unknown_field_is_refused_by_its_name(lis, session_of, ines, amina, riverside, method, path, kinds):
    made = specimen(by=amina, state=CaseState.READY, number=1, version=model_version())
    records = {
        "patients": made.patient,
        "cases": made.case,
        "orders": waiting_order(amina),
        "images": made.image,
        "sources": riverside,
        "try": riverside,
        "microscopes": Microscope.objects.create(organisation=riverside, name="By the window"),
    }
    address = path.replace("{id}", str(records[path.split("/")[3]].pk))
    http = (session_of(ines) if (method, path) in SESSION_ONLY else lis).http
    sent = {"wbcc": "99"}
    for kind in kinds:
        multipart = kind == "multipart/form-data"
        answer = getattr(http, method)(
            address,
            sent if multipart else json.dumps(sent),
            content_type=MULTIPART_CONTENT if multipart else kind,
        )
        problem = problem_of(answer, 400)
        assert problem["errors"]["wbcc"][0].startswith("There is no such field. Known: ")
        assert "wbcc" in problem["detail"]


def test_a_mistyped_white_cell_count_changes_nothing(lis):
    case = lis.new_case(wbc="7.40", wbc_source="analyser")
    problem_of(lis.patch(f"/cases/{case['id']}/", {"wbcc": "99", "priority": "stat"}), 400)
    stored = Case.objects.get(pk=case["id"])
    assert (str(stored.wbc), stored.priority) == ("7.40", "routine")


def test_every_error_is_named_at_once(lis):
    errors = problem_of(lis.post("/patients/", {"mrn": "1", "surname": "Okafor"}), 400)["errors"]
    assert set(errors) == {"surname", "family_name", "birth_date"}


def test_the_description_says_that_bodies_are_closed():
    described = Client().get(f"{API}/schema/").json()["components"]["schemas"]
    requests = {name: schema for name, schema in described.items() if name.endswith("Request")}
    assert requests
    assert all(schema["additionalProperties"] is False for schema in requests.values())


@pytest.mark.parametrize(("member", "value"), [("accession_number", 4), ("microscope", 4.5)])
def test_a_number_is_no_text(lis, member, value):
    case = lis.new_case()
    sent = {"accession_number": "A-4", "patient": case["patient"], member: value}
    problem = problem_of(lis.post("/cases/", sent), 400)
    assert problem["errors"] == {member: ["This has to be a text, not a number."]}


@pytest.mark.parametrize(
    "body", ['{"priority": "stat", "priority": "routine"}', '{"priority": "stat", "wbc": {"a": 1, "a": 2}}']
)
def test_a_member_given_twice_is_refused(lis, body):
    case = lis.new_case()
    answer = lis.http.patch(f"/api/v1/cases/{case['id']}/", body, content_type="application/json")
    assert "given twice" in problem_of(answer, 400)["detail"]
    assert Case.objects.get(pk=case["id"]).priority == "routine"
