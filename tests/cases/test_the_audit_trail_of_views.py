"""Who viewed, searched for or downloaded what, without the audit trail itself telling who the patient is."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from audit.services import verify_chain
from cases.services import audit_trail
from cases.services.patients import register_patient, update_patient
from hematovision.errors import PermissionRefused
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


def last() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


@pytest.fixture
def case(riverside):
    return CaseFactory(clinic=riverside, ready=True)


@pytest.mark.parametrize("kind", ["case", "patient", "image", "cell"])
def test_a_view_names_the_record_its_patient_and_its_laboratory(pavel, case, kind):
    image = SmearImageFactory(case=case, analysed=True)
    target = {"case": case, "patient": case.patient, "image": image, "cell": CellFactory(image=image)}[kind]
    audit_trail.record_view(actor=pavel, target=target)
    event = last()
    assert (event.action, event.actor_id, event.object_id) == ("view", pavel.pk, str(target.pk))
    assert (event.patient_id, event.laboratory_id) == (case.patient_id, case.laboratory_id)


def test_a_search_keeps_the_kinds_of_its_terms_never_their_text(amina):
    audit_trail.record_search(actor=amina, object_type="cases.patient", terms=["mrn", "family_name"], found=2)
    event = last()
    assert (event.action, event.object_type) == ("search", "cases.patient")
    assert event.after == {"terms": ["family_name", "mrn"], "found": 2}


def test_what_leaves_the_system_is_named(pavel, case):
    audit_trail.record_export(actor=pavel, target=case, what="csv")
    assert (last().action, last().after) == ("export", {"what": "csv"})
    audit_trail.record_print(actor=pavel, target=case)
    assert last().action == "print"
    audit_trail.record_list(actor=pavel, object_type="cases.case", count=25)
    assert last().after == {"listed": 25}


def test_a_change_of_a_patient_names_fields_and_no_contents(amina, riverside):
    patient = PatientFactory(organisation=riverside, family_name="Okonkwo")
    update_patient(actor=amina, patient=patient, reason="mistyped", family_name="Nwosu", given_name="Ada")
    event = last()
    assert (event.action, event.after["fields"]) == ("update", ["family_name", "given_name"])
    assert set(event.after) == {"fields", "row"}
    for name in ("Okonkwo", "Nwosu", "Ada"):
        assert name not in f"{event.before}{event.after}{event.reason}"


def test_a_refusal_is_written_too(olga):
    with pytest.raises(PermissionRefused):
        register_patient(actor=olga, mrn="1", family_name="X", birth_date=None)
    assert (last().outcome, last().actor_id) == ("denied", olga.pk)


def test_the_chain_holds(amina, pavel, case):
    audit_trail.record_view(actor=amina, target=case)
    audit_trail.record_view(actor=pavel, target=case)
    assert verify_chain().intact
