"""An order as a laboratory system sends it over FHIR, and what comes back."""

import json

from cases.models import Order, Patient

BASE = "/fhir/r4/"
MRN = "urn:hematovision:mrn:riverside-clinic"
STATE = "urn:oid:2.16.756.5.32"
PLACER = "urn:oid:2.16.840.1.1"
PERSON, BLOOD = "urn:uuid:5e4bf9a1-0000-4000-8000-000000000001", "urn:uuid:5e4bf9a1-0000-4000-8000-000000000002"


def bundle(**order):
    """An order as a laboratory system sends it; `order` are other members of the ServiceRequest."""
    patient = {
        "resourceType": "Patient",
        "identifier": [{"system": MRN, "value": "4711"}],
        "name": [{"family": "Okafor", "given": ["Ada", "May"]}],
        "gender": "female",
        "birthDate": "1980-02",
    }
    blood = {
        "resourceType": "Specimen",
        "identifier": [{"value": "T-9"}],
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "119297000"}]},
        "subject": {"reference": PERSON},
        "collection": {"collectedDateTime": "2026-05-04T07:30:00+02:00"},
    }
    request = {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": PLACER, "value": "P-1"}],
        "status": "active",
        "intent": "order",
        "priority": "asap",
        "code": {"coding": [{"system": "http://loinc.org", "code": "24318-8"}, {"code": "DIFF"}]},
        "subject": {"reference": PERSON},
        "requester": {"display": "Dr Ada", "identifier": {"value": "D-7"}},
        "reasonCode": [{"coding": [{"code": "D72.8"}], "text": "Left shift?"}],
        "encounter": {"identifier": {"value": "V-1"}},
        "locationReference": [{"display": "Ward 3"}],
        "specimen": [{"reference": BLOOD}],
    }
    entries = [
        {
            "fullUrl": PERSON,
            "resource": patient,
            "request": {"method": "POST", "url": "Patient", "ifNoneExist": f"identifier={MRN}|4711"},
        },
        {"fullUrl": BLOOD, "resource": blood, "request": {"method": "POST", "url": "Specimen"}},
        {"resource": request | order, "request": {"method": "POST", "url": "ServiceRequest"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def resource(body, kind):
    return next(one["resource"] for one in body["entry"] if one["resource"]["resourceType"] == kind)


def post(caller, body, **headers):
    return caller.http.post(
        BASE,
        json.dumps(body),
        content_type="application/fhir+json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def placed(caller, body):
    answer = post(caller, body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["resourceType"], found["type"]) == ("Bundle", "transaction-response")
    return [one["response"] for one in found["entry"]]


def issues_of(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/fhir+json"
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    return [(one["code"], one.get("expression", [""])[0]) for one in body["issue"]]


def nothing_was_kept():
    return not Patient.objects.exists() and not Order.objects.exists()
