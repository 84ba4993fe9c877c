"""A patient with everything a record can hold, restricted and pseudonymised."""

from __future__ import annotations

import pytest

from cases.models import Patient
from cases.services.cases import cancel_case, update_case
from cases.services.images import transition_image
from cases.services.orders import cancel_order, change_order
from cases.services.patients import update_patient
from cases.services.rejections import reject_specimen
from cases.services.restrictions import restrict_patient
from cases.states import ImageState
from cases.storage import clinical_storage
from oversight.services.pseudonymisation import pseudonymise_patient
from tests.oversight.tampering.record import write_record

WHY = "The patient asked for erasure, and ten years are over."
SAID = {
    "clinical_question": "Has Adaeze Sample a lymphoma?",
    "ordering_name": "Dr. Simple",
    "ordering_id": "D-7",
    "visit_number": "V-99",
    "location": "Ward 3, bed of Adaeze",
}


@pytest.fixture
def record(settings, monkeypatch, tmp_path, amina, pavel, ines):
    storage = clinical_storage()
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path / "clinical"))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "clinical"))
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    settings.RECORD_DAYS = 0
    made = write_record(amina=amina, pavel=pavel, ines=ines, folder=tmp_path)
    made.patient = update_patient(
        actor=amina, patient=made.patient, family_name="Simple", reason="other", note="Adaeze said so."
    )
    update_case(actor=amina, case=made.draft, clinical_question="Has Adaeze Sample a lymphoma?")
    transition_image(image=made.draft_image, to=ImageState.REJECTED, reason="Out of focus.")
    made.waiting.refresh_from_db()
    reject_specimen(actor=ines, case=made.waiting, reasons=["identity_mismatch"], words="The blood of Adaeze.")
    made.draft.refresh_from_db()
    cancel_case(actor=amina, case=made.draft, reason="Nobody waits for it.")
    change_order(actor=amina, order=made.order, **SAID)
    cancel_order(actor=amina, order=made.order, reason="Adaeze Sample went home.")
    return made


@pytest.fixture
def restricted(record, ines):
    restrict_patient(actor=ines, patient=record.patient, reason="The patient asked for erasure.")
    return record


@pytest.fixture
def done(restricted, ines, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = pseudonymise_patient(actor=ines, patient=restricted.patient, mrn=" r-1 ", reason=WHY)
    restricted.patient = Patient.objects.get(pk=restricted.patient.pk)
    return made
