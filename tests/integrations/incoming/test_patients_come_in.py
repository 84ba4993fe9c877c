"""Patients of another system are registered, corrected and merged as it says, and nobody is taken for somebody else."""

import pytest

from cases.models import CaseTransition, Order, Patient, PatientMerge
from cases.partial_date import PartialDate
from cases.services.orders import open_case_of_order
from cases.states import CaseState
from integrations.models import Message, MessageState
from tests.factories.hl7_messages import adt, an_order, order, pid

pytestmark = pytest.mark.django_db

OLD = "MRG|MRN999^^^CLINIC1^MR"


def the_message():
    return Message.objects.latest("id")


def found_by(number, user):
    return list(Patient.objects.visible_to(user).ever_with_number(number))


def signed(patient, by):
    """A case of a patient that was signed just now, as the steps of the record tell it."""
    waiting = Order.objects.filter(patient=patient).latest("created_at")
    case = open_case_of_order(actor=by, order=waiting).case
    CaseTransition.objects.create(case=case, from_state=CaseState.IN_REVIEW, to_state=CaseState.SIGNED, by=by)


@pytest.mark.parametrize("event", ["A04", "A08", "A31"])
def test_an_unknown_patient_is_registered_where_the_connection_says_so(send, connection, riverside, event):
    assert send(adt(event, pid())).code == "AA"
    assert Patient.objects.count() == 0
    assert the_message().sentence.startswith("Nobody here has these numbers")
    connection.registers_from_adt = True
    connection.save()
    assert send(adt(event, pid(born="198001"))).code == "AA"
    patient = Patient.objects.get()
    assert (patient.organisation, patient.mrn, patient.sex) == (riverside, "MRN123", "female")
    assert patient.born == PartialDate.parse("1980-01")


def test_a_patient_is_corrected_and_the_trail_keeps_how_they_stood(send):
    send(an_order())
    assert send(adt("A08", pid(family="DOE-SMITH", given="", sex=""))).code == "AA"
    patient = Patient.objects.get()
    assert (patient.family_name, patient.given_name, patient.sex) == ("DOE-SMITH", "JANE", "female")
    assert patient.former_identities.get().family_name == "DOE"
    # They are still the same person to an order under the former name and another day.
    assert send(an_order(*order(number="P2"), patient=pid(born="19800102"))).code == "AA"
    assert the_message().state == MessageState.PROCESSED


def test_name_and_birth_date_may_both_be_corrected_where_the_family_name_stays(send):
    send(an_order())
    assert send(adt("A08", pid(given="JOANNA", born="19800102"))).code == "AA"
    patient = Patient.objects.get()
    assert (patient.given_name, patient.born.isoformat()) == ("JOANNA", "1980-01-02")


def test_a_double_name_is_no_other_name(send):
    send(an_order())
    assert send(adt("A08", pid(family="DOE-SMITH", born="19800102"))).code == "AA"
    patient = Patient.objects.get()
    assert (patient.family_name, patient.born.isoformat()) == ("DOE-SMITH", "1980-01-02")
    assert patient.former_identities.count() == 2


@pytest.mark.parametrize(("known", "said"), [("VAN BERG", "VAN DIJK"), ("DOE-SMITH", "SMITH-ROE")])
def test_a_part_in_common_is_not_the_same_name(send, known, said):
    send(an_order(patient=pid(family=known)))
    send(adt("A08", pid(family=said, born="19700707")))
    assert the_message().state == MessageState.HELD


def test_a_birth_date_that_is_known_better_stays(send):
    send(an_order())
    send(adt("A08", pid(born="1980")))
    assert Patient.objects.get().born.isoformat() == "1980-01-01"
    send(adt("A08", pid(born="")))
    assert Patient.objects.get().born.isoformat() == "1980-01-01"


def test_other_numbers_are_kept_and_find_the_patient(send, amina):
    send(an_order(patient=pid(more="~KV-9^^^NATIONAL^NI")))
    patient = Patient.objects.get()
    assert [(one.system, one.value) for one in patient.numbers.in_use()] == [("NATIONAL", "KV-9")]
    # A new record number under the same national one is the same person.
    send(an_order(*order(number="P2"), patient=pid("MRN777", more="~KV-9^^^NATIONAL^NI")))
    assert Patient.objects.count() == 1
    assert found_by("MRN777", amina) == [patient]


def test_numbers_of_two_records_are_pointed_out(send):
    send(an_order(patient=pid(more="~KV-9^^^NATIONAL^NI")))
    send(an_order(*order(number="P2"), patient=pid("MRN777", family="ROE", born="19700707")))
    send(
        an_order(
            *order(number="P3"), patient=pid("MRN777", "CLINIC1", "ROE", born="19700707", more="~KV-9^^^NATIONAL^NI")
        )
    )
    assert Order.objects.get(placer_number="P3").patient.mrn == "MRN777"
    assert the_message().sentence.startswith("The numbers of this patient are of two records")


def test_the_same_number_at_another_clinic_is_another_patient(send):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid(authority="CLINIC2", family="ROE", born="19700707")))
    assert Patient.objects.count() == 2


def test_a_number_under_another_name_and_birth_date_is_held_and_nothing_written(send):
    send(an_order())
    answer = send(an_order(*order(number="P2"), patient=pid(family="ROE", born="19700707")))
    assert answer.code == "AA"
    assert "waits" in answer.said
    held = the_message()
    assert (held.state, held.patient) == (MessageState.HELD, Patient.objects.get())
    assert held.sentence.startswith("Is this one person?")
    assert Order.objects.count() == 1
    assert Patient.objects.get().family_name == "DOE"


@pytest.mark.parametrize(
    "other", [{"family": "ROE"}, {"born": "19700707"}, {"family": "ROE", "born": ""}, {"family": "ROE", "born": "1980"}]
)
def test_one_difference_holds_nothing(send, other):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid(**other)))
    assert the_message().state == MessageState.PROCESSED


def test_records_are_merged_and_both_numbers_find_the_one_that_stands(send, amina):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid("MRN999", family="DOE-OLD")))
    assert send(adt("A40", pid(), OLD, control_id="MERGE1")).code == "AA"
    survivor = Patient.objects.get(merged_into=None)
    assert survivor.mrn == "MRN123"
    assert found_by("MRN123", amina) == found_by("MRN999", amina) == [survivor]
    assert Order.objects.filter(patient=survivor).count() == 2
    assert PatientMerge.objects.get().message == "MERGE1"
    # An order under the old number is the survivor's from now on.
    assert send(an_order(*order(number="P3"), patient=pid("MRN999"))).code == "AA"
    assert Order.objects.get(placer_number="P3").patient == survivor
    send(adt("A40", pid(), OLD))
    assert the_message().sentence == "These numbers are one record here already."


def test_a_survivor_that_is_not_known_is_registered(send, amina):
    send(an_order(patient=pid("MRN999")))
    assert send(adt("A40", pid(), OLD)).code == "AA"
    survivor = Patient.objects.get(merged_into=None)
    assert survivor.mrn == "MRN123"
    assert found_by("MRN999", amina) == [survivor]


def test_the_old_number_finds_the_survivor_though_nobody_had_it(send, amina):
    send(an_order())
    assert send(adt("A40", pid(), OLD)).code == "AA"
    assert found_by("MRN999", amina) == [Patient.objects.get()]


def test_a_merge_of_people_nobody_knows_does_nothing(send):
    assert send(adt("A40", pid(), OLD)).code == "AA"
    assert Patient.objects.count() == 0
    assert the_message().sentence == "Nobody here has the numbers that are merged."
    assert send(adt("A40", pid(authority="ELSEWHERE"), "MRG|X^^^ELSEWHERE^MR")).code == "AE"


def test_a_merge_into_somebody_else_is_held(send):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid("MRN999")))
    send(adt("A40", pid(family="ROE", born="19700707"), OLD))
    assert the_message().state == MessageState.HELD
    assert Patient.objects.filter(merged_into=None).count() == 2


def test_a_merge_of_two_that_were_both_just_signed_for_is_held(send, amina):
    send(an_order())
    send(an_order(*order(number="P2"), patient=pid("MRN999")))
    for patient in Patient.objects.all():
        signed(patient, amina)
    send(adt("A40", pid(), OLD))
    assert the_message().state == MessageState.HELD
    assert "within the last day" in the_message().sentence
    assert PatientMerge.objects.count() == 0
