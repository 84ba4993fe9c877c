"""What is wrong with an order over FHIR is named, and nothing of it is kept."""

import copy

import pytest

from tests.contract.fhir_orders import BASE, MRN, bundle, issues_of, nothing_was_kept, post, resource

pytestmark = pytest.mark.django_db
PATIENT, SPECIMEN, ORDER = (("entry", place, "resource") for place in range(3))


def change(path, value):
    """Return what puts `value` at a path of the bundle; None takes the member away."""

    def at(body):
        *steps, last = path
        node = body
        for step in steps:
            node = node[step]
        if value is None:
            del node[last]
        else:
            node[last] = value

    return at


WRONG = [
    (change(("type",), "batch"), "code-invalid", "Bundle.type"),
    (change(("total",), 3), "structure", "Bundle.total"),
    (change(("entry",), []), "structure", "Bundle.entry"),
    (change(("entry", 2), {}), "required", "Bundle.entry[2].resource"),
    (change((*ORDER, "resourceType"), "Observation"), "not-supported", "Bundle.entry[2].resource"),
    (change((*SPECIMEN, "resourceType"), "Patient"), "structure", "Bundle.entry[1].resource"),
    (change(("entry", 0, "request", "method"), "PUT"), "code-invalid", "Bundle.entry[0].request.method"),
    (change(("entry", 0, "request", "url"), "Patient/1"), "value", "Bundle.entry[0].request.url"),
    (change(("entry", 0, "request", "ifMatch"), 'W/"1"'), "structure", "Bundle.entry[0].request.ifMatch"),
    (change(("entry", 0, "request", "ifNoneExist"), None), "required", "Bundle.entry[0].request.ifNoneExist"),
    (change(("entry", 0, "request", "ifNoneExist"), "name=x"), "value", "Bundle.entry[0].request.ifNoneExist"),
    (
        change(("entry", 0, "request", "ifNoneExist"), f"identifier={MRN}|9"),
        "value",
        "Bundle.entry[0].request.ifNoneExist",
    ),
    (change((*PATIENT, "telecom"), [{"value": "1"}]), "structure", "Bundle.entry[0].resource.telecom"),
    (change((*PATIENT, "birthDate"), "1.2.1980"), "value", "Bundle.entry[0].resource.birthDate"),
    (change((*PATIENT, "birthDate"), "1980-02-31"), "value", "Bundle.entry[0].resource.birthDate"),
    (change((*PATIENT, "gender"), "F"), "code-invalid", "Bundle.entry[0].resource.gender"),
    (change((*PATIENT, "name"), [{"given": ["Ada"]}]), "required", "Bundle.entry[0].resource.name[0].family"),
    (change((*PATIENT, "active"), False), "value", "Bundle.entry[0].resource.active"),
    (change((*SPECIMEN, "type"), {"text": 4}), "structure", "Bundle.entry[1].resource.type.text"),
    (
        change((*SPECIMEN, "type"), {"coding": [{"system": "http://snomed.info/sct", "code": "119359002"}]}),
        "code-invalid",
        "Bundle.entry[1].resource.type",
    ),
    (
        change((*SPECIMEN, "collection", "collectedDateTime"), "2026-05-04"),
        "value",
        "Bundle.entry[1].resource.collection.collectedDateTime",
    ),
    (change((*ORDER, "intent"), "plan"), "code-invalid", "Bundle.entry[2].resource.intent"),
    (change((*ORDER, "status"), "draft"), "code-invalid", "Bundle.entry[2].resource.status"),
    (change((*ORDER, "priority"), "soon"), "code-invalid", "Bundle.entry[2].resource.priority"),
    (change((*ORDER, "wbcc"), 9), "structure", "Bundle.entry[2].resource.wbcc"),
    (change((*ORDER, "identifier"), None), "required", "Bundle.entry[2].resource.identifier"),
    (
        change((*ORDER, "code"), {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}),
        "code-invalid",
        "Bundle.entry[2].resource.code",
    ),
    (
        change((*ORDER, "subject"), {"reference": "Patient/12"}),
        "not-found",
        "Bundle.entry[2].resource.subject.reference",
    ),
    (change((*ORDER, "specimen"), None), "required", "Bundle.entry[2].resource.specimen"),
]


@pytest.mark.parametrize(("wrong", "code", "where"), WRONG, ids=[where + "-" + code for _, code, where in WRONG])
def test_what_is_wrong_is_named_and_nothing_is_kept(lis, wrong, code, where):
    body = copy.deepcopy(bundle())
    wrong(body)
    assert (code, where) in issues_of(post(lis, body), 422)
    assert nothing_was_kept()


def test_everything_that_is_wrong_is_said_at_once(lis):
    body = bundle(intent="plan", wbcc=9)
    resource(body, "Patient")["gender"] = "F"
    assert len(issues_of(post(lis, body), 422)) == 3


@pytest.mark.parametrize("body", [[], 7, "Bundle", None, {}])
def test_what_is_no_bundle_is_refused(lis, body):
    assert {code for code, _ in issues_of(post(lis, body), 422)} <= {"structure", "required"}


def test_what_is_no_json_is_refused(lis):
    answer = lis.http.post(BASE, "{", content_type="application/fhir+json")
    assert issues_of(answer, 400) == [("invalid", "")]
    assert issues_of(lis.http.post(BASE, "<x/>", content_type="application/fhir+xml"), 415) == [("not-supported", "")]


def test_the_header_of_a_single_create_is_not_passed_over(lis):
    assert issues_of(post(lis, bundle(), If_None_Exist="identifier=x"), 400) == [("invalid", "")]
    assert nothing_was_kept()
