"""An order of another system waits on the New case page; what cannot be carried out is answered with its reason."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from accounts.models import Role
from audit.models import AuditEvent
from cases.models import Case, Order, OrderSource, Patient
from cases.services.cases import submit_case
from cases.services.images import receive_image
from cases.services.orders import cancel_order, open_case_of_order
from cases.services.restrictions import restrict_patient
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState, OrderState
from integrations.hl7.ack import parse_answer
from integrations.models import Message, MessageState
from integrations.services.incoming import take
from tests.factories.hl7_messages import a_message, adt, an_order, order, pid
from tests.factories.image_files import upload

pytestmark = pytest.mark.django_db


def the_message():
    return Message.objects.latest("id")


def answered(connection, content):
    """The segments of the answer by their names, each as its fields."""
    lines = take(connection, content, timezone.now()).decode().strip("\r").split("\r")
    return [line.split("|") for line in lines]


def under_review(order_, by, reviewer):
    """Open the case of an order and let a pathologist have it."""
    case = open_case_of_order(actor=by, order=order_).case
    receive_image(actor=by, case=case, upload=upload(seed=7))
    submit_case(actor=by, case=case)
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY, owner=reviewer)
    step_case(case=lock_case(case), to=CaseState.IN_REVIEW, by=reviewer)


def test_an_order_registers_its_patient_and_waits(send, connection, riverside):
    answer = send(an_order())
    assert answer.code == "AA"
    found = Order.objects.get()
    assert (found.clinic, found.laboratory) == (riverside, connection.laboratory)
    assert (found.placer_number, found.placer_namespace) == ("PLACER77", "LIS")
    assert (found.state, found.received_by) == (OrderState.REQUESTED, OrderSource.HL7)
    assert (found.priority, found.clinical_question) == ("stat", "Left shift?")
    assert (found.location, found.service_code) == ("WARD3", "14869-2")
    assert (found.patient.mrn, found.patient.family_name, found.patient.organisation) == ("MRN123", "DOE", riverside)
    kept = the_message()
    assert (kept.state, kept.order, kept.patient, kept.answer_code) == (
        MessageState.PROCESSED,
        found,
        found.patient,
        "AA",
    )
    assert kept.answer_content.decode().startswith("MSH|")


def test_what_is_written_is_written_by_the_account_of_the_connection(send, connection):
    send(an_order())
    connection.refresh_from_db()
    user = connection.service_user
    assert (user.role, user.organisation) == (Role.SERVICE, connection.laboratory)
    assert Order.objects.get().created_by == user
    event = AuditEvent.objects.get(object_type="cases.order", action="create")
    assert (event.actor_id, event.request_id) == (user.pk, str(the_message().message_id))


def test_an_order_is_offered_on_the_new_case_page_and_gets_its_case(send, client, amina):
    send(an_order())
    client.force_login(amina)
    page = client.get(reverse("workbench:new_case")).content.decode()
    assert "PLACER77" in page
    waiting = Order.objects.get()
    case = open_case_of_order(actor=amina, order=waiting).case
    waiting.refresh_from_db()
    assert (waiting.case, waiting.state) == (case, OrderState.ACCEPTED)
    assert case.priority == "stat"


def test_a_white_cell_count_comes_along(send):
    obx = "OBX|1|NM|6690-2^Leukocytes^LN||11.24|10*3/uL^^UCUM|4.0-11.0|H|||F|||20261128081000+0100"
    assert send(an_order(*order(), obx)).code == "AA"
    found = Order.objects.get()
    assert (found.wbc, found.wbc_source) == (Decimal("11.24"), "HOSPITAL")


def test_a_second_order_finds_the_patient(send):
    send(an_order())
    send(an_order(*order(number="PLACER78")))
    assert Patient.objects.count() == 1
    assert Order.objects.count() == 2


def test_several_orders_of_one_message_are_all_taken_or_none(send):
    assert send(an_order(*order(), *order(number="PLACER78"))).code == "AA"
    assert Order.objects.count() == 2
    assert send(an_order(*order(number="PLACER79"), *order(number="PLACER77"))).code == "AE"
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "code", "fault"),
    [
        (an_order(patient=pid(authority="ELSEWHERE")), "AE", "103"),
        (an_order(*order("CA")), "AE", "204"),
        (an_order(*order("XO")), "AE", "204"),
        (an_order(*order("ZZ")), "AE", "103"),
        (an_order(patient=pid(born="19801301")), "AE", "102"),
        (an_order(patient=pid(family="")), "AE", "101"),
        (a_message("OML^O21^OML_O21", pid()), "AE", "100"),
        (an_order(sender="OTHER|HOSPITAL"), "AE", "103"),
        (an_order(sender="LIS|ELSEWHERE"), "AE", "103"),
        (an_order(receiver="ANOTHER|LAB"), "AE", "103"),
        (an_order(receiver="HV|ANOTHER"), "AE", "103"),
        (an_order(codec="latin-1", patient=pid(family="MÜLLER")), "AE", "102"),
        (an_order(processing="T"), "AR", "202"),
        (an_order(version="3.0"), "AR", "203"),
        (a_message("ORU^R01", pid()), "AR", "200"),
        (a_message("ADT^A01", pid()), "AR", "201"),
    ],
)
def test_what_is_refused_leaves_nothing_but_the_message(send, connection, content, code, fault):
    lines = answered(connection, content)
    assert lines[1][0:2] == ["MSA", code]
    assert lines[2][3].split("^")[0] == fault
    assert Order.objects.count() == Patient.objects.count() == 0
    kept = the_message()
    assert (kept.state, kept.answer_code) == (MessageState.REFUSED, code)
    assert kept.sentence
    assert kept.content == content


def test_an_examination_that_the_mapping_does_not_have_is_refused(send, connection, rows):
    version = connection.mapping.versions.get()
    connection.mapping.versions.create(
        number=2,
        effective_from=timezone.now(),
        rows=rows | {"services": [{"code": "DIFF", "text": "Differential"}]},
        saved_by=version.saved_by,
    )
    assert send(an_order()).code == "AE"
    assert send(an_order(*order(code="DIFF"))).code == "AA"


def test_clinics_that_share_an_authority_are_told_apart_by_the_location(send, connection, riverside, hilltop, rows):
    for clinic in (riverside, hilltop):
        clinic.hl7_authority = "HOSP&1.2.3&ISO"
        clinic.save()
    connection.mapping.versions.create(
        number=2,
        effective_from=timezone.now(),
        rows=rows | {"locations": [{"location": "WARD3", "clinic": hilltop.slug}]},
        saved_by=connection.saved_by,
    )
    assert send(an_order(patient=pid(authority="HOSP"))).code == "AA"
    assert Order.objects.get().clinic == hilltop
    elsewhere = a_message("OML^O21", pid(authority="HOSP"), "PV1|1|O|WARD9", *order(number="P2"))
    answer = send(elsewhere)
    assert (answer.code, answer.said) == (
        "AE",
        "The authority is that of several clinics, and the location names none of them.",
    )
    # An authority of one clinic decides alone: another hospital has a ward of that name, too.
    assert send(an_order(*order(number="P3"))).code == "AA"
    assert Order.objects.get(placer_number="P3").clinic == riverside


def test_a_connection_takes_nothing_for_a_clinic_that_is_not_its_own(send, connection, hilltop):
    connection.clinics.set([hilltop])
    assert send(an_order()).code == "AE"
    assert send(an_order(patient=pid(authority="CLINIC2"))).code == "AA"
    assert Order.objects.get().clinic == hilltop


def test_an_authority_of_another_laboratory_is_unknown(send, lakeside):
    lakeside.hl7_authority = "LAKE"
    lakeside.save()
    assert send(an_order(patient=pid(authority="LAKE"))).code == "AE"


def test_an_order_is_changed_and_what_the_message_leaves_open_stays(send):
    send(an_order())
    assert send(an_order(*order("XO", question="Blasts?", priority=""))).code == "AA"
    found = Order.objects.get()
    assert (found.clinical_question, found.priority) == ("Blasts?", "stat")


def test_an_order_is_cancelled(send):
    send(an_order())
    assert send(an_order(*order("CA"), kind="ORM^O01")).code == "AA"
    found = Order.objects.get()
    assert found.state == OrderState.CANCELLED
    assert the_message().order == found


def test_an_order_is_replaced(send):
    send(an_order())
    assert send(an_order("ORC|RP|PLACER77^LIS", *order("RO", "PLACER78"))).code == "AA"
    assert dict(Order.objects.values_list("placer_number", "state")) == {
        "PLACER77": OrderState.CANCELLED,
        "PLACER78": OrderState.REQUESTED,
    }


def test_an_order_of_somebody_else_is_not_there(send):
    send(an_order())
    send(adt("A04", pid("MRN555", family="ROE", born="19700707")))
    send(an_order(*order(number="PLACER90"), patient=pid("MRN555", family="ROE", born="19700707")))
    answer = send(an_order(*order("CA"), patient=pid("MRN555", family="ROE", born="19700707")))
    assert (answer.code, answer.said) == ("AE", "No order of this patient has this placer number here.")
    assert Order.objects.get(placer_number="PLACER77").state == OrderState.REQUESTED


def test_a_placer_number_is_used_once(send, connection):
    send(an_order())
    lines = answered(connection, an_order())
    assert lines[1][1] == "AE"
    assert lines[2][3].startswith("205^")
    assert Order.objects.count() == 1


@pytest.mark.parametrize("control", ["CA", "XO"])
def test_an_order_under_review_is_left_to_people(send, connection, amina, pavel, control):
    send(an_order())
    under_review(Order.objects.get(), amina, pavel)
    lines = answered(connection, an_order(*order(control, question="Blasts?")))
    assert (lines[1][1], lines[2][3].split("^")[0]) == ("AE", "207")
    assert the_message().state == MessageState.REFUSED


@pytest.mark.parametrize(("control", "outcome"), [("CA", "UC"), ("XO", "UX")])
def test_where_orders_are_answered_one_by_one_the_others_are_carried_out(
    send, connection, amina, pavel, control, outcome
):
    connection.answers_orders = True
    connection.save()
    send(an_order())
    under_review(Order.objects.get(), amina, pavel)
    lines = answered(connection, an_order(*order(control, question="Blasts?"), *order(number="PLACER78")))
    assert lines[0][8] == "ORL^O22^ORL_O22"
    assert lines[1][1] == "AA"
    assert lines[2][5] == "DOE^JANE"
    assert [(orc[1], orc[2]) for orc in lines if orc[0] == "ORC"] == [(outcome, "PLACER77^LIS"), ("OK", "PLACER78^LIS")]
    assert Order.objects.filter(placer_number="PLACER78").exists()
    kept = the_message()
    assert kept.state == MessageState.PROCESSED
    assert "under review" in kept.sentence


def test_an_order_for_a_specimen_is_answered_with_one(connection):
    connection.answers_orders = True
    connection.save()
    specimen_ = "SPM|1|SP9&LIS||119297000^Blood specimen^SCT|||||||||||||20261128080000+0100"
    lines = answered(connection, a_message("OML^O33^OML_O33", pid(), specimen_, *order()))
    assert lines[0][8] == "ORL^O34^ORL_O34"
    assert [line[0] for line in lines] == ["MSH", "MSA", "PID", "SPM", "ORC", "OBR"]
    assert Order.objects.get().specimen_id == "SP9"
    kept = answered(connection, a_message("ORM^O01", pid(), *order(number="P2")))
    assert kept[0][8] == "ORR^O02^ORR_O02"


# Of ORR^O02 the grammar of the oracle wants every segment of a choice.
@pytest.mark.parametrize("kind", ["OML^O33^OML_O33", "OML^O21^OML_O21"])
def test_answers_to_orders_are_what_the_standard_says(connection, kind):
    connection.answers_orders = True
    connection.save()
    content = take(connection, a_message(kind, pid(), *order(), *order(number="P2", code="")), timezone.now())
    strict = parse_message(content.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
    assert strict.validate()


def test_a_restricted_patient_takes_no_orders(send, ines, connection):
    send(an_order())
    found = Order.objects.get()
    connection.refresh_from_db()
    cancel_order(actor=ines, order=found, reason="No longer wanted by the ward.")
    restrict_patient(actor=ines, patient=found.patient, reason="They asked for erasure.")
    assert send(an_order(*order(number="P2"))).code == "AE"
    assert Order.objects.count() == Patient.objects.count() == 1


def test_a_connection_whose_account_is_closed_takes_nothing(send, connection):
    send(an_order())
    connection.refresh_from_db()
    connection.service_user.is_active = False
    connection.service_user.save()
    assert send(an_order(*order(number="P2"))).code == "AE"
    assert Order.objects.count() == 1


def test_a_fault_of_ours_is_answered_and_kept(send, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("integrations.services.incoming.take_orders", broken)
    answer = send(an_order())
    assert (answer.code, "fault here" in answer.said) == ("AE", True)
    assert the_message().state == MessageState.REFUSED
    assert parse_answer(the_message().answer_content).code == "AE"
