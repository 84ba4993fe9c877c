"""What a laboratory system reads over FHIR R4: reports with their versions, results, people and places, one Bundle."""

import base64
import hashlib
import re
from datetime import date

import pytest

from audit.models import AuditEvent
from cases.cell_classes import LEUKOCYTE_CODES
from cases.models import Order, Patient, Pseudonymisation, SmearImage
from reports.services.keys import destroy_keys
from tests.contract.conftest import ALL_SCOPES
from tests.contract.reading_fhir._reading import BASE, LOINC, found_in, get, issue_of, read
from tests.factories.cases import PatientFactory
from tests.factories.reports import NORMAL, PDF, next_version

pytestmark = pytest.mark.django_db


def test_a_signed_report_is_final_and_names_what_it_is_of(lis, made, report):
    found = read(lis, f"DiagnosticReport/{made.case.pk}")
    assert (found["id"], found["status"], found["meta"]["versionId"]) == (str(made.case.pk), "final", "1")
    assert found["subject"]["reference"] == f"Patient/{made.patient.pk}"
    assert found["basedOn"][0]["reference"] == f"ServiceRequest/{made.case.order.pk}"
    assert found["resultsInterpreter"][0]["reference"].startswith("Practitioner/")
    assert found["media"][0]["link"]["reference"] == f"Media/{made.image.pk}"
    file = found["presentedForm"][0]
    assert (file["size"], file["url"]) == (len(PDF), f"Binary/{report.pk}")
    assert base64.b64decode(file["hash"]) == hashlib.sha1(PDF).digest()  # noqa: S324 (R4 says so)
    assert found["conclusion"] == "As counted."


def test_results_carry_codes_units_and_confidence_intervals(lis, made, report):
    panel = read(lis, f"Observation/{made.case.pk}.panel")
    members = [read(lis, one["reference"]) for one in panel["hasMember"]]
    assert members[0]["code"]["coding"][0] == {"system": LOINC, "code": "11282-1"}
    assert members[0]["valueQuantity"]["value"] == 100
    neutrophils = next(one for one in members if one["code"]["coding"][0]["code"] == "26511-6")
    assert neutrophils["valueQuantity"] == {
        "value": 60, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%",
    }  # fmt: skip
    assert neutrophils["note"][0]["text"] == "95 % confidence interval 49.7-69.7 %; 60 of 100 cells."
    absolute = next(one for one in members if one["code"]["coding"][0]["code"] == "26499-4")
    assert (absolute["valueQuantity"]["value"], absolute["valueQuantity"]["code"]) == (0.6, "10*9/L")


def test_a_limited_count_has_no_flag(lis, made, pavel):
    next_version(made.case, pavel, counts={"neutrophil": 1, "eosinophil": 6})
    found = found_in(read(lis, "Observation", {"_count": "100"}), "Observation")
    assert found
    assert not any("interpretation" in one for one in found)
    assert "Limited count: 7 cells." in found[0]["note"][0]["text"]


def test_a_value_outside_its_range_has_a_flag(lis, made, pavel):
    next_version(made.case, pavel, counts={"neutrophil": 10, "lymphocyte": 90})
    found = read(lis, f"Observation/{made.case.pk}.neutrophil")
    assert found["interpretation"][0]["coding"][0]["code"] == "L"
    assert found["referenceRange"][0]["low"]["value"] > 10


def test_the_whole_report_has_everything_it_refers_to(lis, made, report):
    bundle = read(lis, f"DiagnosticReport/{made.case.pk}/$bundle")
    there = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}

    def references(node):
        if isinstance(node, list):
            return {one for part in node for one in references(part)}
        if isinstance(node, dict):
            own = {node["reference"]} if isinstance(node.get("reference"), str) else set()
            return own | references(list(node.values()))
        return set()

    assert references(bundle["entry"]) <= there
    kinds = {one.partition("/")[0] for one in there}
    assert kinds >= {"Binary", "Device", "Media", "Patient", "Provenance", "ServiceRequest", "Specimen"}


def test_a_merged_patient_names_the_one_that_stands(lis, made, report, riverside):
    other = Patient.objects.create(organisation=riverside, mrn="M2", family_name="Stays", birth_date=date(1980, 1, 1))
    Patient.objects.filter(pk=made.patient.pk).update(merged_into=other)
    found = read(lis, f"Patient/{made.patient.pk}")
    assert found["active"] is False
    assert found["link"] == [{"other": {"reference": f"Patient/{other.pk}"}, "type": "replaced-by"}]
    reports = found_in(read(lis, "DiagnosticReport", {"patient": f"Patient/{other.pk}"}))
    assert [one["id"] for one in reports] == [str(made.case.pk)]


@pytest.mark.parametrize(("precision", "said"), [("day", "1961-03-05"), ("month", "1961-03"), ("unknown", None)])
def test_a_birth_date_says_no_more_than_is_known(lis, riverside, precision, said):
    first = {"day": date(1961, 3, 5), "month": date(1961, 3, 1), "unknown": None}[precision]
    patient = Patient.objects.create(
        organisation=riverside, mrn="M", family_name="Fam", birth_date=first, birth_date_precision=precision
    )
    assert read(lis, f"Patient/{patient.pk}").get("birthDate") == said


def test_a_known_version_is_not_sent_again(lis, made, report):
    answer = get(lis, f"DiagnosticReport/{made.case.pk}")
    assert answer["ETag"] == 'W/"1"'
    assert "no-store" in answer["Cache-Control"]
    again = get(lis, f"DiagnosticReport/{made.case.pk}", If_None_Match='W/"1"')
    assert (again.status_code, again.content) == (304, b"")


def test_xml_is_refused(lis, report):
    assert issue_of(get(lis, "Patient", Accept="application/fhir+xml"), 406)["code"] == "not-supported"
    assert issue_of(get(lis, "Patient", {"_format": "xml"}), 406)["code"] == "not-supported"
    assert issue_of(lis.http.post(f"{BASE}Patient", {}), 405)["code"] == "not-supported"


def test_the_file_is_the_one_that_was_signed(lis, made, report):
    raw = get(lis, f"Binary/{report.pk}", Accept="application/pdf")
    assert (raw["Content-Type"], raw.content) == ("application/pdf", PDF)
    resource = get(lis, f"Binary/{report.pk}", Accept="application/fhir+json").json()
    assert base64.b64decode(resource["data"]) == PDF
    assert get(lis, f"Binary/{made.image.pk}")["Content-Type"] == "image/jpeg"


def test_a_purged_image_is_gone(lis, made, report):
    SmearImage.objects.filter(pk=made.image.pk).update(shown_purged_at="2026-06-01T00:00Z")
    assert issue_of(get(lis, f"Media/{made.image.pk}"), 410)["code"] == "deleted"
    assert issue_of(get(lis, f"Binary/{made.image.pk}"), 410)["code"] == "deleted"
    assert "media" not in read(lis, f"DiagnosticReport/{made.case.pk}")


def test_a_broken_report_is_not_handed_out(lis, made, report, monkeypatch):
    monkeypatch.setattr("reports.verification.sha256", lambda _content: "0" * 64)
    assert issue_of(get(lis, f"DiagnosticReport/{made.case.pk}"), 409)["code"] == "conflict"
    found = read(lis, "DiagnosticReport")
    assert [one["resourceType"] for one in found_in(found)] == ["OperationOutcome"]
    assert found["entry"][0]["search"]["mode"] == "outcome"


def test_a_destroyed_report_is_gone(lis, made, report, ines):
    decided = Pseudonymisation.objects.create(patient=made.patient, pseudonym="PS-1", by=ines, reason="Asked for.")
    destroy_keys(actor=ines, cases=[made.case], pseudonymisation=decided)
    for path in (f"DiagnosticReport/{made.case.pk}", f"DiagnosticReport/{made.case.pk}/$bundle", f"Binary/{report.pk}"):
        issue = issue_of(get(lis, path), 410)
        assert (issue["code"], "pseudonymised" in issue["diagnostics"]) == ("deleted", True)


def test_ids_are_short_enough_for_fhir(lis, made, pavel):
    next_version(made.case, pavel, counts=dict.fromkeys(LEUKOCYTE_CODES, 20))
    found = found_in(read(lis, "Observation"))
    assert len(found) == 3 + 2 * len(LEUKOCYTE_CODES)
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one["id"]) for one in found)


def test_provenance_names_signer_model_and_the_version_before(lis, made, report, pavel):
    second = next_version(made.case, pavel, kind="corrected", counts=NORMAL)
    found = read(lis, f"Provenance/{second.pk}")
    assert [one["type"]["coding"][0]["code"] for one in found["agent"]] == ["verifier", "assembler"]
    assert found["entity"][0]["what"]["identifier"]["value"] == f"urn:uuid:{report.pk}"
    assert base64.b64decode(found["signature"][0]["data"]).hex() == second.signature.digest
    both = found_in(read(lis, "Provenance", {"target": f"DiagnosticReport/{made.case.pk}"}))
    assert len(both) == 2


def test_an_order_follows_its_case(lis, amina, made):
    order = Order.objects.get(case=made.case)
    found = read(lis, f"ServiceRequest/{order.pk}")
    assert (found["status"], found["intent"]) == ("active", "order")
    assert found["identifier"][0]["system"] == "urn:oid:2.16.840.1.1"
    assert [o["id"] for o in found_in(read(lis, "ServiceRequest", {"identifier": "urn:oid:2.16.840.1.1|P-77"}))]
    assert not found_in(read(lis, "ServiceRequest", {"identifier": "urn:oid:9|P-77"}))
    assert not found_in(read(lis, "ServiceRequest", {"status": "completed"}))


@pytest.mark.parametrize(
    ("scope", "allowed", "refused"),
    [
        ("reports:read", "DiagnosticReport", "Patient"),
        ("cases:read", "Patient", "Observation"),
        ("orders:read", "ServiceRequest", "Specimen"),
    ],
)
def test_each_resource_needs_its_scope(lis_of, riverside, scope, allowed, refused):
    caller = lis_of(riverside, scope)
    assert get(caller, allowed).status_code == 200
    assert issue_of(get(caller, refused), 403)["code"] == "forbidden"


def test_other_clinics_see_nothing(lis_of, hilltop, made, report):
    stranger = lis_of(hilltop, *ALL_SCOPES)
    paths = [
        f"DiagnosticReport/{made.case.pk}", f"DiagnosticReport/{made.case.pk}/$bundle", f"Patient/{made.patient.pk}",
        f"Observation/{made.case.pk}.panel", f"Binary/{report.pk}", f"Media/{made.image.pk}", f"Provenance/{report.pk}",
        f"Specimen/{made.case.pk}", f"ServiceRequest/{made.case.order.pk}",
        f"Practitioner/{report.signature.signer_id}", f"Organization/{made.case.clinic_id}",
    ]  # fmt: skip
    for path in paths:
        assert issue_of(get(stranger, path), 404)["code"] == "not-found"
    for kind in ("DiagnosticReport", "Observation", "Patient", "Provenance", "ServiceRequest", "Specimen"):
        assert found_in(read(stranger, kind)) == []


def test_every_read_is_in_the_audit_trail(lis, made, report):
    for path in (f"DiagnosticReport/{made.case.pk}", f"Patient/{made.patient.pk}", f"Specimen/{made.case.pk}"):
        before = AuditEvent.objects.count()
        read(lis, path)
        assert AuditEvent.objects.count() > before, path
    read(lis, "Patient", {"family": "Okafor"})
    last = AuditEvent.objects.latest("id")
    assert last.after == {"terms": ["family"], "found": 0}


def read_beside(case, action):
    """What the audit trail says was read beside the report of a case, by object type and id."""
    events = AuditEvent.objects.filter(action=action, after__what="fhir").exclude(object_type="reports.report")
    assert {event.laboratory_id for event in events} <= {case.laboratory_id}
    return {(event.object_type, event.object_id, str(event.patient_id)): event.after for event in events}


def test_everything_in_a_bundle_is_in_the_audit_trail(lis, made, report):
    """The patient of the case and one whom the content names are events of their own."""
    elsewhere = PatientFactory(organisation=made.patient.organisation)
    Patient.objects.filter(pk=made.patient.pk).update(merged_into=elsewhere)
    read(lis, f"DiagnosticReport/{made.case.pk}/$bundle")
    case, patient, other = (str(pk) for pk in (made.case.pk, made.patient.pk, elsewhere.pk))
    told = read_beside(made.case, "export")
    resources = told["cases.case", case, patient]["resources"]
    assert {kind: sorted(ids) for kind, ids in resources.items()} == {
        "Binary": [str(report.pk)],
        "Media": [str(made.image.pk)],
        "Patient": sorted([patient, other]),
        "ServiceRequest": [str(made.case.order.pk)],
        "Specimen": [case],
    }
    assert set(told) == {
        ("cases.case", case, patient),
        ("cases.patient", patient, patient),
        ("cases.patient", other, other),
    }


def test_what_is_included_in_a_search_is_in_the_audit_trail(lis, made, report):
    case, patient = str(made.case.pk), str(made.patient.pk)
    read(lis, "DiagnosticReport", {"_include": "DiagnosticReport:result"})
    assert read_beside(made.case, "view") == {}
    read(lis, "DiagnosticReport", {"_include": ["DiagnosticReport:specimen", "DiagnosticReport:media"]})
    assert read_beside(made.case, "view") == {
        ("cases.case", case, patient): {
            "what": "fhir",
            "resources": {"Specimen": [case], "Media": [str(made.image.pk)]},
        }
    }


def test_what_the_server_says_of_itself_is_true(lis, session_of, olga, client, made, report):
    found = client.get(f"{BASE}metadata").json()
    assert (found["resourceType"], found["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    for resource in found["rest"][0]["resource"]:
        searchable = "search-type" in {one["code"] for one in resource["interaction"]}
        # The audit trail is for those who audit.
        caller = session_of(olga) if resource["type"] == "AuditEvent" else lis
        found_there = get(caller, resource["type"]).status_code == 200
        assert found_there is searchable, resource["type"]
    assert client.get(f"{BASE}OperationDefinition/DiagnosticReport-bundle").json()["code"] == "bundle"


def test_an_address_that_is_none_says_so_as_fhir(lis, client):
    for path in ("Encounter", "DiagnosticReport/nothing", ""):
        assert issue_of(get(lis, path), 404)["code"] == "not-found"
    assert issue_of(client.get(f"{BASE}Patient"), 401)["code"] == "login"
