"""Two records of one person made one over FHIR, as over the REST API."""

import json

import pytest

from cases.models import Patient, PatientMerge

pytestmark = pytest.mark.django_db
BASE = "/fhir/r4/"
REASON = "Registered twice at admission."


@pytest.fixture
def two(lis):
    """The ids of two records: the one that goes, the one that stands."""
    return [lis.new_patient(mrn=mrn)["id"] for mrn in ("1", "2")]


def merge(caller, pk, body):
    return caller.http.post(f"{BASE}Patient/{pk}/$merge", json.dumps(body), content_type="application/fhir+json")


def issue_of(answer, status):
    assert answer.status_code == status, answer.content
    assert answer.json()["resourceType"] == "OperationOutcome"
    return answer.json()["issue"][0]


def parameters(into, reason=REASON):
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "into", "valueUuid": f"urn:uuid:{into}"}, {"name": "reason", "valueString": reason}],
    }


@pytest.mark.parametrize("form", [lambda into: {"into": into, "reason": REASON}, parameters])
def test_the_answer_is_the_patient_who_stands(lis, two, form):
    gone, stands = two
    answer = merge(lis, gone, form(stands))
    assert (answer.status_code, answer.json()["id"]) == (200, stands)
    assert PatientMerge.objects.get().reason == REASON
    assert lis.http.get(f"{BASE}Patient/{gone}").json()["link"][0]["other"]["reference"] == f"Patient/{stands}"
    assert issue_of(merge(lis, gone, form(stands)), 409)["code"] == "conflict"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"into": "x", "reason": REASON}, 400),
        ({"into": None, "reason": REASON, "because": "x"}, 400),
        ([], 400),
        ({"resourceType": "Parameters"}, 422),
        ({"resourceType": "Parameters", "parameter": [{"name": "into", "valueCode": "x"}]}, 422),
        ({"into": "00000000-0000-0000-0000-000000000000", "reason": REASON}, 422),
    ],
)
def test_what_is_no_merge_is_refused(lis, two, body, status):
    assert "diagnostics" in issue_of(merge(lis, two[0], body), status)
    assert not Patient.objects.filter(merged_into__isnull=False).exists()


def test_a_merge_needs_its_scope_and_its_patient(lis_of, riverside, hilltop, two):
    body = parameters(two[1])
    assert issue_of(merge(lis_of(riverside, "cases:read", "cases:write"), two[0], body), 403)["code"] == "forbidden"
    assert issue_of(merge(lis_of(hilltop), two[0], body), 404)["code"] == "not-found"
