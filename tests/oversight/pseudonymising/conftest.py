"""A patient with everything a record can hold, restricted and pseudonymised."""

from __future__ import annotations

import pytest

from accounts.models import Role
from cases.models import Patient
from cases.services.cases import cancel_case, update_case
from cases.services.images import transition_image
from cases.services.label_checks import check_label
from cases.services.orders import cancel_order, change_order
from cases.services.patients import update_patient
from cases.services.rejections import reject_specimen
from cases.services.restrictions import restrict_patient
from cases.states import ImageState
from cases.storage import clinical_storage
from consult.services import add_comment, ask_opinion, write_to_clinic_thread
from oversight.services.pseudonymisation import pseudonymise_patient
from review.services.field_returns import return_field
from review.services.leases import claim
from tests.oversight.tampering.record import write_record
from tests.people import person

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
    check_label(actor=amina, case=made.draft, text="Adaeze Sample 1980")
    update_case(actor=amina, case=made.draft, clinical_question="Has Adaeze Sample a lymphoma?")
    transition_image(image=made.draft_image, to=ImageState.REJECTED, reason="Out of focus.")
    made.waiting.refresh_from_db()
    _talk(made, pavel)
    made.waiting.refresh_from_db()
    reject_specimen(actor=ines, case=made.waiting, reasons=["identity_mismatch"], words="The blood of Adaeze.")
    made.draft.refresh_from_db()
    cancel_case(actor=amina, case=made.draft, reason="Nobody waits for it.")
    change_order(actor=amina, order=made.order, **SAID)
    cancel_order(actor=amina, order=made.order, reason="Adaeze Sample went home.")
    return made


def _talk(made, pavel):
    """What colleagues, and the laboratory and its clinic, wrote to each other about the patient."""
    vera = person("Vera", Role.PATHOLOGIST, pavel.organisation)
    claim(actor=pavel, case=made.waiting)
    add_comment(actor=pavel, case=made.waiting, text="Adaeze Sample had a lymphoma before.")
    ask_opinion(actor=pavel, case=made.waiting, colleague=vera, blind=False, question="Is this Adaeze's lymphoma?")
    write_to_clinic_thread(actor=pavel, case=made.waiting, text="Is this the blood of Adaeze Sample?")
    return_field(actor=pavel, image=made.waiting_image, reason="other", words="The label says Adaeze Simple.")


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
