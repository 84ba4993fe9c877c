"""A client that a public generator makes from docs/openapi.yaml goes the whole way, from the patient to the PDF."""

import datetime as dt
import importlib
import io
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from cases.models import Case
from tests.contract.conftest import ALL_SCOPES, new_client, picture, token_of
from tests.factories.connections import a_connection
from tests.factories.reports import PDF, signed_report

pytest.importorskip("openapi_python_client", reason="the generator is not there: make install-dev")
# In one process: it is generated once.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.xdist_group("generated-client")]

DOCUMENTS = Path(settings.BASE_DIR) / "docs"
CONFIGURATION = re.search(r"`(content_type_overrides: .*?)`", (DOCUMENTS / "api.md").read_text()).group(1)
"""The one line that docs/api.md tells the users of the generator to write."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Generate the package with no help but that line; return a function that imports a module of it."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.yaml").write_text(CONFIGURATION)
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    files = ["--path", DOCUMENTS / "openapi.yaml", "--config", "config.yaml", "--output-path", "generated_client"]
    # It has its code formatted by ruff, which it looks for on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [*generator, *files], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        yield lambda name: importlib.import_module(f"generated_client.{name}")


@pytest.fixture
def ask_as(generated, live_server, request):
    """Return a function: how to ask as a client of an organisation, by tag and name of the operation."""

    def connect(organisation):
        token = token_of(new_client(organisation.slug, *ALL_SCOPES)).json()["access_token"]
        client = generated("client").AuthenticatedClient(base_url=live_server.url, token=token)
        request.addfinalizer(client.get_httpx_client().close)
        return lambda operation, *arguments, **members: generated(f"api.{operation}").sync(
            *arguments, client=client, **members
        )

    return connect


@pytest.fixture
def ask(ask_as, riverside):
    """How riverside-clinic asks."""
    return ask_as(riverside)


def test_from_the_patient_to_the_pdf(generated, ask, pavel):
    models = generated("models")
    born = dt.date(1980, 2, 29)
    wanted = models.PatientInRequest(mrn="4711", family_name="Family", birth_date=born, sex=models.Sex.FEMALE)
    patient = ask("patients.patients_create", body=wanted)
    assert (patient.birth_date, patient.birth_date_precision) == (born, models.BirthDatePrecision.DAY)

    wanted = models.OrderInRequest(
        patient=patient.id, placer_number="P-4711", priority=models.Priority.URGENT, wbc="7.40"
    )
    wanted.wbc_source = "Analyser 3"
    order = ask("orders.orders_create", body=wanted, idempotency_key="order-P-4711")
    assert order.state is models.OrderState.REQUESTED

    wanted = models.CaseInRequest(patient=patient.id, order=order.id, stain=models.Stain.GIEMSA, objective=100)
    case = ask("cases.cases_create", body=wanted, idempotency_key="case-P-4711")
    assert (case.wbc, case.priority, case.objective) == ("7.40", models.Priority.URGENT, 100)

    field = generated("types").File(payload=io.BytesIO(picture()), file_name="field-1.png", mime_type="image/png")
    image = ask("images.cases_images_create", case.id, body=models.ImageInRequest(file=field))
    assert ask("images.images_retrieve", image.id).sha256 == image.sha256
    assert ask("cases.cases_submit_create", case.id).state is not models.CaseState.DRAFT

    signed = signed_report(Case.objects.get(pk=case.id), pavel)

    [listed] = ask("reports.reports_list", current=True, accession_number=case.accession_number).results
    report = ask("reports.reports_retrieve", listed.id)
    assert (report.id, report.verified, report.kind) == (signed.pk, True, models.ReportKind.ORIGINAL)
    rows = {row.code: row for row in report.content.differential.rows}
    neutrophils = rows[models.LeukocyteClass.NEUTROPHIL]
    assert (neutrophils.percent, neutrophils.low, neutrophils.flag) == (60, "49.7", models.BlankEnum.VALUE_0)
    assert ask("reports.reports_pdf_retrieve", report.id).payload.read() == PDF

    events = ask("events.events_retrieve").results
    assert {models.EventType.ORDER_RECEIVED, models.EventType.REPORT_SIGNED} <= {event.type_ for event in events}
    assert ask("cases.cases_retrieve", case.id).state is models.CaseState.SIGNED


def test_what_is_refused_comes_as_a_problem(generated, ask):
    models = generated("models")
    unknown = ask("patients.patients_create", body=models.PatientInRequest(mrn="", family_name="A", birth_date=None))
    assert (type(unknown), unknown.status, "mrn" in unknown.errors.additional_properties) == (models.Problem, 400, True)
    assert ask("reports.reports_retrieve", uuid.uuid4()).status == 404


def test_what_is_not_known_is_null_and_comes_back_as_null(generated, ask):
    models = generated("models")
    wanted = models.PatientInRequest(mrn="4712", family_name="Family", birth_date=None)
    patient = ask("patients.patients_create", body=wanted)
    assert (patient.birth_date, patient.birth_date_precision) == (None, models.BirthDatePrecision.UNKNOWN)
    part = models.PatientCorrectionRequest(birth_date="1980-02", reason=models.CorrectionReason.IDENTITY_CONFIRMED)
    corrected = ask("patients.patients_partial_update", patient.id, body=part)
    assert corrected.birth_date == "1980-02"


def test_a_list_of_what_arrived_is_compared(generated, ask_as, central, ines):
    models, today = generated("models"), timezone.now().date()
    sent = generated("types").File(payload=io.BytesIO(b"accession,version,received_at\nNEVER-1,2,\n"))
    asked = {"body": sent, "first": today, "last": today}
    found = ask_as(central)("reconciliation.connections_reconciliation_create", a_connection(central, ines).pk, **asked)
    assert [finding.kind for finding in found.findings] == [models.ListDifference.MISSING_HERE]
