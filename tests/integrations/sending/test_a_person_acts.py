"""What did not arrive is sent again or handled by a person: an administrator of the laboratory, and the audit trail says so."""

import pytest

from audit.models import Action, AuditEvent
from cases.models import PatientRestriction
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from integrations.kinds import SETTINGS
from integrations.mapping_rows import default_rows
from integrations.models import Connection, ConnectionState, Message, MessageState
from integrations.services.connections import change_connection
from integrations.services.outbox import ANOTHER_CLINIC, begin_at_present, queue_events
from integrations.services.resending import mark_handled, send_again
from integrations.services.stuck import follow_stuck_messages
from notices.models import Notification
from tests.factories.connections import a_mapping
from tests.integrations.sending._sending import AR, OK, Clock, ToldLink, a_case, run, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(riverside, pavel, lis):
    """The message of a report that the receiver refused, and that of its correction behind it."""
    case = a_case(riverside)
    report = signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    run(lis, ToldLink(AR))
    return Message.objects.get(report=report)


def states():
    return list(Message.objects.order_by("position", "id").values_list("state", flat=True))


def told():
    return Notification.objects.filter(kind="lis-stuck")


def test_again_under_a_control_id_of_its_own(ines, lis, refused):
    again = send_again(actor=ines, message=refused)
    assert again.control_id == f"{refused.control_id}-r1"
    assert again.replay_of == refused
    assert again.position == refused.position
    # All but the time of the message and its control id is the same, to the byte.
    (header, rest), (earlier, rest_of_earlier) = (one.content.split(b"\r", 1) for one in (again, refused))
    fields, fields_of_earlier = header.split(b"|"), earlier.split(b"|")
    for number in (7, 10):
        fields[number - 1] = fields_of_earlier[number - 1] = b""
    assert (fields, rest) == (fields_of_earlier, rest_of_earlier)
    link = ToldLink(OK)
    assert run(lis, link) == 2
    assert link.sent == [again.control_id, refused.control_id.replace("-1", "-2")]
    assert states() == [MessageState.SUPERSEDED, MessageState.ACKNOWLEDGED, MessageState.ACKNOWLEDGED]
    event = AuditEvent.objects.filter(action=Action.SEND, object_id=str(again.pk), actor_id=ines.pk).get()
    assert event.after["again"] == refused.pk


def test_twice_again_counts_on(ines, lis, refused):
    first = send_again(actor=ines, message=refused)
    run(lis, ToldLink(AR))
    assert send_again(actor=ines, message=first).control_id == f"{refused.control_id}-r2"


def test_handled_by_phone_lets_the_rest_go_on(ines, lis, refused):
    mark_handled(actor=ines, message=refused, reason="Read to the ward by telephone.")
    link = ToldLink(OK)
    assert run(lis, link) == 1
    assert states() == [MessageState.HANDLED, MessageState.ACKNOWLEDGED]
    event = AuditEvent.objects.get(action=Action.UPDATE, object_type="integrations.message")
    assert (event.reason, event.before, event.after) == (
        "Read to the ward by telephone.",
        {"state": "refused"},
        {"state": "handled"},
    )


def test_handling_needs_a_reason(ines, refused):
    with pytest.raises(Unprocessable):
        mark_handled(actor=ines, message=refused, reason=" ")


@pytest.mark.parametrize("who", ["pavel", "olga", "amina"])
def test_only_administrators(request, who, refused):
    person = request.getfixturevalue(who)
    with pytest.raises(PermissionRefused):
        send_again(actor=person, message=refused)
    with pytest.raises(PermissionRefused):
        mark_handled(actor=person, message=refused, reason="By telephone.")


def test_never_of_another_laboratory(petra, refused):
    with pytest.raises(NotFound):
        send_again(actor=petra, message=refused)
    with pytest.raises(NotFound):
        mark_handled(actor=petra, message=refused, reason="By telephone.")


def test_what_waits_or_was_replaced_is_not_sent_again(ines, lis, refused):
    waiting = Message.objects.exclude(pk=refused.pk).get()
    with pytest.raises(Conflict, match="waits to be sent already"):
        send_again(actor=ines, message=waiting)
    send_again(actor=ines, message=refused)
    with pytest.raises(Conflict, match="in its place"):
        send_again(actor=ines, message=refused)
    with pytest.raises(Conflict, match="waits for nobody"):
        mark_handled(actor=ines, message=waiting, reason="By telephone.")


def test_an_older_version_never_follows_a_newer_one(ines, riverside, pavel, lis):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    run(lis, ToldLink(OK))
    first, second = Message.objects.order_by("position")
    with pytest.raises(Conflict, match="Send that one again"):
        send_again(actor=ines, message=first)
    assert send_again(actor=ines, message=second).state == MessageState.QUEUED
    assert states() == [MessageState.ACKNOWLEDGED, MessageState.ACKNOWLEDGED, MessageState.QUEUED]


def test_a_held_one_is_made_once_the_mapping_has_its_row(ines, riverside, pavel, lis, central):
    rows = default_rows()
    rows["results"] = [row for row in rows["results"] if row["class"] != "monocyte"]
    lis.mapping = a_mapping(central, ines, rows=rows, name="Half")
    lis.save()
    case = a_case(riverside)
    signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    queue_events(lis)
    held, behind = Message.objects.order_by("position")
    assert held.state == behind.state == MessageState.HELD
    with pytest.raises(Conflict, match="no code for monocyte"):
        send_again(actor=ines, message=held)
    lis.mapping = a_mapping(central, ines, name="Whole")
    lis.save(update_fields=["mapping"])
    made = send_again(actor=ines, message=held)
    assert not made.control_id.endswith("-r1"), "it was never sent"
    # What was held behind it, because it had not been sent, is made with it.
    assert states() == [MessageState.SUPERSEDED, MessageState.QUEUED, MessageState.SUPERSEDED, MessageState.QUEUED]
    assert run(lis, ToldLink(OK)) == 2


def test_a_correction_whose_original_was_never_sent_takes_it_along(ines, riverside, pavel, lis):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    begin_at_present(lis)
    signed(riverside, pavel, case, kind="corrected")
    queue_events(lis)
    send_again(actor=ines, message=Message.objects.get())
    link = ToldLink(OK)
    run(lis, link)
    assert [one[-2:] for one in link.sent] == ["-1", "-2"]


def test_a_held_one_handled_by_phone_does_not_hold_its_correction(ines, hilltop, pavel, lis):
    case = a_case(hilltop)
    signed(hilltop, pavel, case)
    queue_events(lis)
    mark_handled(actor=ines, message=Message.objects.get(), reason="By telephone.")
    hilltop.hl7_authority = "HILLTOP"
    hilltop.save()
    signed(hilltop, pavel, case, kind="corrected")
    assert run(lis, ToldLink(OK)) == 1


def test_nothing_is_sent_again_of_a_restricted_patient(ines, riverside, pavel, lis, refused):
    PatientRestriction.objects.create(patient=refused.patient, restricted_by=ines, reason="Asked for erasure.")
    with pytest.raises(Conflict, match="restricted"):
        send_again(actor=ines, message=refused)


def test_administrators_hear_of_it_once_an_hour(ines, pavel, riverside, lis, refused):
    assert follow_stuck_messages() == 1
    assert follow_stuck_messages() == 0
    note = told().get()
    assert (note.user, note.text) == (
        ines,
        "1 message waits for a person: LIS did not take them, or they could not be made.",
    )
    clock = Clock(note.created_at)
    signed(riverside, pavel)
    run(lis, ToldLink(AR), clock)
    clock.go(minutes=59)
    assert follow_stuck_messages(now=clock()) == 0
    Message.objects.filter(state=MessageState.REFUSED).exclude(pk=refused.pk).update(settled_at=clock())
    clock.go(minutes=2)
    assert follow_stuck_messages(now=clock()) == 1
    assert told().unread().get().text.startswith("2 messages wait")


def test_the_notice_is_closed_when_nothing_is_stuck(ines, refused):
    follow_stuck_messages()
    mark_handled(actor=ines, message=refused, reason="By telephone.")
    assert told().exists()
    assert not told().unread().exists()


def test_what_waits_of_a_clinic_that_was_taken_out_is_held(riverside, hilltop, pavel, ines, lis):
    hilltop.hl7_authority = "HILLTOP"
    hilltop.save()
    kept = signed(hilltop, pavel)
    taken_out = signed(riverside, pavel)
    assert queue_events(lis) == 2
    settings = {name: getattr(lis, name) for name in SETTINGS[lis.kind] if name != "clinics"}
    change_connection(actor=ines, connection=lis, seen=lis.version, name=lis.name, clinics=[hilltop], **settings)
    message = Message.objects.get(report=taken_out)
    assert (message.state, message.sentence) == (MessageState.HELD, ANOTHER_CLINIC)
    assert Message.objects.get(report=kept).state == MessageState.QUEUED
    Connection.objects.update(state=ConnectionState.ON)
    with pytest.raises(Conflict, match="taken out"):
        send_again(actor=ines, message=message)
    assert mark_handled(actor=ines, message=message, reason="It is not theirs.").state == MessageState.HANDLED


def test_what_arrived_of_a_clinic_that_was_taken_out_does_not_go_again(riverside, hilltop, pavel, ines, lis):
    signed(riverside, pavel)
    run(lis, ToldLink(OK))
    lis.clinics.set([hilltop])
    with pytest.raises(Conflict, match="taken out"):
        send_again(actor=ines, message=Message.objects.get())
