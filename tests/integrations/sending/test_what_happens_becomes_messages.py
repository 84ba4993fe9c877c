"""Every version, rejection and case in work becomes a message once; what cannot be said without a guess is held."""

import json

import pytest

from cases.models import OrderRejection
from cases.services.cases import submit_case, transition_case
from cases.services.orders import open_case_of_order, reject_order
from cases.services.rejections import reject_specimen
from cases.states import CaseState
from integrations.mapping_rows import default_rows
from integrations.models import ConnectionState, Message, MessageState
from integrations.services.feed import number_events
from integrations.services.outbox import begin_at_present, queue_events
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.connections import a_connection, a_mapping
from tests.factories.orders import waiting_order
from tests.factories.reports import NEUTROPENIC
from tests.integrations.hl7._messages import field, results
from tests.integrations.sending._sending import a_case, signed

pytestmark = pytest.mark.django_db


def messages(connection):
    return list(Message.objects.filter(connection=connection).order_by("position", "id"))


def test_each_version_becomes_a_message_of_its_kind(riverside, pavel, lis):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    for kind in ("corrected", "appended", "withdrawn"):
        signed(riverside, pavel, case, kind=kind, counts=NEUTROPENIC)
    assert queue_events(lis) == 4
    made = messages(lis)
    assert [message.state for message in made] == [MessageState.QUEUED] * 4
    assert [field(message, "OBR", 25) for message in made] == ["F", "C", "C", "X"]
    for message, status in zip(made, "FCCX", strict=True):
        assert {found for *_, found in results(message)} == {status}
    assert [message.report.version for message in made] == [1, 2, 3, 4]
    assert field(made[0], "PID", 3) == f"{case.patient.mrn}^^^RIVERSIDE^MR"
    assert json.loads(made[0].facts) == {"numbers": [[case.patient.mrn, "RIVERSIDE", "MR"]], "with_pdf": True}
    assert any(
        "^application^pdf^Base64^" in obx[5]
        for obx in [line.split("|") for line in made[0].content.decode().split("\r") if line.startswith("OBX")]
    )


def test_nothing_is_made_twice(riverside, pavel, lis):
    signed(riverside, pavel)
    assert queue_events(lis) == 1
    assert queue_events(lis) == 0
    signed(riverside, pavel)
    assert queue_events(lis) == 1
    assert Message.objects.count() == 2


def test_a_connection_begins_at_the_present(riverside, pavel, lis):
    signed(riverside, pavel)
    begin_at_present(lis)
    assert queue_events(lis) == 0
    later = signed(riverside, pavel)
    queue_events(lis)
    assert [message.report for message in messages(lis)] == [later]


def test_one_that_is_off_makes_none_and_one_that_is_paused_does(riverside, pavel, lis):
    signed(riverside, pavel)
    lis.state = ConnectionState.OFF
    lis.save()
    assert queue_events(lis) == 0
    lis.state, lis.state_reason, lis.paused_until = ConnectionState.PAUSED, "Maintenance", lis.created_at
    lis.save()
    assert queue_events(lis) == 1


def test_only_the_chosen_clinics(riverside, hilltop, pavel, lis):
    lis.clinics.set([hilltop])
    signed(riverside, pavel)
    assert queue_events(lis) == 0


def test_another_laboratory_gets_nothing(riverside, pavel, northern, petra):
    theirs = a_connection(northern, petra)
    signed(riverside, pavel)
    assert queue_events(theirs) == 0


def test_without_an_authority_it_is_held_with_a_sentence(hilltop, pavel, lis):
    signed(hilltop, pavel)
    queue_events(lis)
    (message,) = messages(lis)
    assert message.state == MessageState.HELD
    assert message.sentence == "A number of the patient has no assigning authority. Set it at the clinic."
    assert (message.content, message.size, message.control_id) == (b"", 0, "")


def test_a_missing_row_of_the_mapping_holds_it(riverside, pavel, lis, central, ines):
    rows = default_rows()
    rows["results"] = [row for row in rows["results"] if row["class"] != "monocyte"]
    lis.mapping = a_mapping(central, ines, rows=rows, name="Half")
    lis.save()
    signed(riverside, pavel)
    queue_events(lis)
    assert messages(lis)[0].sentence == "The mapping has no code for monocyte, percent. Add a row, then send again."


def test_a_character_that_the_receiver_lacks_holds_it(riverside, pavel, lis):
    lis.charset = "ASCII"
    lis.save()
    signed(riverside, pavel, interpretation="Naïve cells.")
    queue_events(lis)
    assert "lacks a character in OBX" in messages(lis)[0].sentence


def test_a_correction_of_what_was_never_sent_is_held(riverside, pavel, lis):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    begin_at_present(lis)
    signed(riverside, pavel, case, kind="corrected")
    queue_events(lis)
    assert "changes a report that was never sent" in messages(lis)[0].sentence


def test_a_case_in_work_is_told_once_where_it_is_wanted(riverside, lis):
    case = CaseFactory(clinic=riverside)
    SmearImageFactory(case=case)
    for to in (CaseState.SUBMITTED, CaseState.READY):
        transition_case(actor=None, case=case, to=to)
    number_events()
    assert queue_events(lis) == 0
    lis.sends_preliminary, lis.queued_to = True, 0
    lis.save()
    assert queue_events(lis) == 1
    (message,) = messages(lis)
    assert field(message, "OBR", 25) == "P"
    assert message.control_id.endswith("-p")


def test_a_rejected_order_says_why_by_the_mapping(amina, riverside, ines, pavel, central, lis):
    order = waiting_order(amina)
    reject_order(actor=pavel, order=order, reason_code=OrderRejection.CLOTTED)
    number_events()
    queue_events(lis)
    assert messages(lis)[0].sentence == "The mapping has no code for the rejection clotted. Add a row, then send again."
    rows = default_rows() | {"rejections": [{"reason": "clotted", "code": "RC"}]}
    other = a_connection(central, ines, name="Other", mapping=a_mapping(central, ines, rows=rows, name="With reasons"))
    queue_events(other)
    (message,) = messages(other)
    assert field(message, "OBR", 25) == "X"
    assert field(message, "SPM", 21).startswith("RC^")
    assert field(message, "ORC", 2) == f"{order.placer_number}^{order.placer_namespace}"
    assert field(message, "ORC", 3) == ""


def test_a_rejected_specimen_says_why_and_that_its_order_waits(amina, pavel, lis):
    order = waiting_order(amina)
    case = open_case_of_order(actor=amina, order=order).case
    SmearImageFactory(case=case)
    submit_case(actor=amina, case=case)
    reject_specimen(actor=pavel, case=case, reasons=["clotted", "identity_mismatch"], words="4711, not 4712.")
    number_events()
    queue_events(lis)
    (message,) = messages(lis)
    assert (field(message, "OBR", 25), field(message, "ORC", 5)) == ("X", "HD")
    assert field(message, "SPM", 21) == "RI^Identification problem^HL70490~RC^Clotting^HL70490"
    assert field(message, "ORC", 2) == f"{order.placer_number}^{order.placer_namespace}"
    assert field(message, "ORC", 3).startswith(case.accession_number)
    assert message.control_id == f"{str(case.pk).replace('-', '')[:12]}-x"
    said = field(message, "NTE", 3)
    assert said.startswith("Specimen rejected: Slide and request do not name the same person. The blood was clotted.")
    assert said.endswith("4711, not 4712.")


def test_a_row_of_the_mapping_for_the_reason_goes_first(riverside, pavel, central, ines):
    case = CaseFactory(clinic=riverside, ready=True)
    rows = default_rows() | {"rejections": [{"reason": "too_old", "code": "RR"}]}
    other = a_connection(central, ines, name="Other", mapping=a_mapping(central, ines, rows=rows, name="With reasons"))
    reject_specimen(actor=pavel, case=case, reasons=["too_old"])
    number_events()
    queue_events(other)
    (message,) = messages(other)
    assert field(message, "SPM", 21) == "RR^Improper storage^HL70490"
    assert (field(message, "ORC", 2), field(message, "ORC", 5)) == ("", "CA")
