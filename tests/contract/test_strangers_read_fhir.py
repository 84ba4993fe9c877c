"""Clients of FHIR that others wrote, in Python and in JavaScript, read a report with its results, its versions and its PDF."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from cases.partial_date import PartialDate
from cases.states import CaseState
from tests.contract.conftest import ALL_SCOPES, new_client, token_of
from tests.contract.node import needs_npm, run
from tests.factories.reports import NORMAL, PDF, next_version
from tests.factories.specimens import model_version, specimen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CORRECTED = {"neutrophil": 50, "lymphocyte": 40, "monocyte": 10}
NEUTROPHILS = "26511-6"


@pytest.fixture
def there(live_server, riverside, amina, pavel):
    """A running server with a report in two versions: its address, a token, the case."""
    made = specimen(by=amina, state=CaseState.SIGNED, number=1, version=model_version(), owner=pavel)
    made.patient.born = PartialDate.parse("1980-02")
    made.patient.save()
    next_version(made.case, pavel, counts=NORMAL)
    next_version(made.case, pavel, kind="corrected", counts=CORRECTED, reason="Counted again.")
    token = token_of(new_client(riverside.slug, *ALL_SCOPES)).json()["access_token"]
    return SimpleNamespace(url=live_server.url, token=token, case=made.case)


def test_a_client_in_python(there, request):
    fhir = pytest.importorskip("fhirclient.server", reason="Not installed (make install-dev): fhirclient.")
    from fhirclient.models.capabilitystatement import CapabilityStatement
    from fhirclient.models.diagnosticreport import DiagnosticReport
    from fhirclient.models.observation import Observation
    from fhirclient.models.patient import Patient
    from fhirclient.models.provenance import Provenance

    server = fhir.FHIRServer(None, f"{there.url}/fhir/r4/")
    server.session.headers["Authorization"] = f"Bearer {there.token}"
    # A line that stays open would hold a connection to the database.
    request.addfinalizer(server.session.close)
    assert CapabilityStatement.read_from("metadata", server).fhirVersion == "4.0.1"

    [report] = DiagnosticReport.where({"status": "corrected"}).perform_resources_iter(server)
    assert (report.id, report.meta.versionId, report.code.coding[0].code) == (str(there.case.pk), "2", "24318-8")
    panel = Observation.read_from(report.result[0].reference, server)
    results = [Observation.read_from(member.reference, server) for member in panel.hasMember]
    values = {one.code.coding[0].code: (one.valueQuantity.value, one.valueQuantity.code) for one in results}
    assert values[NEUTROPHILS] == (50, "%")
    assert {one.status for one in results} == {"corrected"}

    first = DiagnosticReport.read_from(f"DiagnosticReport/{report.id}/_history/1", server)
    assert (first.status, first.meta.versionId) == ("final", "1")
    assert Patient.read_from(report.subject.reference, server).birthDate.origval == "1980-02"
    signatures = Provenance.where({"target": f"DiagnosticReport/{report.id}"})
    assert len(list(signatures.perform_resources_iter(server))) == 2
    in_pages = Observation.where({"_count": "5"}).perform_resources_iter(server)
    assert {one.id for one in in_pages} >= {one.id for one in (panel, *results)}
    assert server.request_data(report.presentedForm[0].url, {"Accept": "application/pdf"}) == PDF


@needs_npm("@medplum/core")
def test_a_client_in_javascript(there, tmp_path):
    found = json.loads(run(Path(__file__).with_name("fhir_walk.js"), there.url, there.token, cwd=tmp_path))
    assert found["versions"] == [["1", "final"], ["2", "corrected"]]
    assert found["values"][NEUTROPHILS] == [50, "%"]
    assert (found["birthDate"], found["pdf"]) == ("1980-02", len(PDF))
