"""What people do with messages that did not arrive: send them again, or note that the receiver was told by other means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.models import PatientRestriction
from cases.services.validation import given_reason
from hematovision.errors import Conflict
from integrations.models import (
    DELIVERED_STATES,
    STUCK_STATES,
    WAITING_STATES,
    Connection,
    ConnectionState,
    Direction,
    EventType,
    FeedEvent,
    Message,
    MessageState,
)
from integrations.permissions import must_connect
from integrations.services.building import Subject
from integrations.services.outbox import ANOTHER_CLINIC, ask_to_send, make_message
from integrations.stored_sentences import in_words
from notices.services import close_notifications
from reports.models import Report

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import User
    from integrations.models import MessageQuerySet


def send_again(*, actor: User, message: Message) -> Message:
    """Make a message anew and queue it, in the place of one that is stuck or beside one that arrived; returns the new one.

    It is made of the same record, with the mapping that is in force now, under a control id of its own. Of a held one whose
    earlier versions never went over the connection these go before it; what was held behind it is made as well, where
    that is possible now. Raises `PermissionRefused`, `NotFound` (another laboratory), and `Conflict`: it came in,
    waits already, was superseded, a later one of its case went after it, it cannot be made yet, the patient is restricted,
    its clinic is not one of the connection any more, or the connection is off.
    """
    must_connect(actor=actor, laboratory=message.connection.laboratory)
    with transaction.atomic():
        connection = Connection.objects.select_for_update(no_key=True).get(pk=message.connection_id)
        stored = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
        _refuse(connection, stored)
        now = timezone.now()
        earlier = _earlier_versions(connection, stored, now) if stored.state == MessageState.HELD else []
        made = _replace(connection, stored, now)
        if made.state != MessageState.QUEUED:
            raise Conflict(in_words(made.sentence), code="held")
        _make_what_is_held_behind(connection, stored, now)
        record(
            actor=actor,
            action=Action.SEND,
            target=made,
            patient_id=made.patient_id,
            laboratory_id=connection.laboratory_id,
            after={
                "again": stored.pk,
                "control_id": made.control_id,
                "earlier": [one.control_id for one in earlier],
                "was": message.state,
            },
        )
        _close_if_nothing_is_stuck(connection)
        ask_to_send(connection)
    return made


def mark_handled(*, actor: User, message: Message, reason: str) -> Message:
    """Note that the receiver was told by other means, and how; what waited behind the message goes on.

    Raises `PermissionRefused`, `NotFound`, `Unprocessable` without a reason, and `Conflict` for one that is not stuck.
    """
    must_connect(actor=actor, laboratory=message.connection.laboratory)
    reason = given_reason(reason)
    with transaction.atomic():
        stored = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
        if stored.direction != Direction.OUT or stored.state not in STUCK_STATES:
            raise Conflict(_("This message waits for nobody."), code="state", details={"state": stored.state})
        before = stored.state
        stored.state, stored.settled_at = MessageState.HANDLED, timezone.now()
        stored.save(update_fields=["state", "settled_at"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=stored,
            reason=reason,
            patient_id=stored.patient_id,
            laboratory_id=stored.connection.laboratory_id,
            before={"state": before},
            after={"state": stored.state},
        )
        _close_if_nothing_is_stuck(stored.connection)
        ask_to_send(stored.connection)
    return stored


def _refuse(connection: Connection, message: Message) -> None:
    if message.direction != Direction.OUT or message.position == 0:
        raise Conflict(_("Only what tells of an event is sent again."), code="state")
    if message.state in WAITING_STATES:
        raise Conflict(_("This message waits to be sent already."), code="state")
    if message.state == MessageState.SUPERSEDED:
        raise Conflict(_("Another message was made in its place."), code="superseded")
    if connection.state == ConnectionState.OFF:
        raise Conflict(_("The connection is off: nothing would be sent."), code="off")
    if message.state in DELIVERED_STATES and _later_of_case(connection, message).exists():
        # The receiver would take the older one for the newer.
        raise Conflict(_("A later message of this case was made after it. Send that one again."), code="not_the_last")
    about = message.case or message.event
    if about is not None and not connection.concerns(about.clinic):
        raise Conflict(_(ANOTHER_CLINIC), code="another_clinic")
    if PatientRestriction.objects.in_force().filter(patient=message.patient_id).exists():
        raise Conflict(
            _("The patient is restricted, so nothing more is told of them. Lift the restriction first."),
            code="restricted",
        )


def _later_of_case(connection: Connection, message: Message) -> MessageQuerySet:
    same = Message.objects.outgoing().filter(connection=connection, case=message.case_id, case__isnull=False)
    return same.filter(position__gt=message.position).exclude(state=MessageState.SUPERSEDED)


def _subject(message: Message) -> Subject:
    return Subject(
        message.event.type if message.event is not None else "",
        message.event,
        message.position,
        message.case,
        message.order,
        message.report,
        message.patient_id,
    )


def _replace(connection: Connection, stored: Message, now: dt.datetime) -> Message:
    """Save what takes the place of a message, unless it cannot be made; one that arrived stays what it is."""
    made = make_message(connection, _subject(stored), at=now, replay_of=stored)
    if made.state != MessageState.QUEUED:
        return made
    made.save(force_insert=True)
    if stored.state in STUCK_STATES:
        stored.state = MessageState.SUPERSEDED
        stored.save(update_fields=["state"])
    return made


def _earlier_versions(connection: Connection, stored: Message, now: dt.datetime) -> list[Message]:
    """Make the versions before a held one that never went over the connection, since it began later than they."""
    if stored.report is None:
        return []
    earlier = Report.objects.filter(case=stored.report.case_id, version__lt=stored.report.version)
    known = Message.objects.outgoing().filter(connection=connection, report__in=earlier).values("report")
    found = []
    for report in earlier.exclude(pk__in=known).select_related("case").order_by("version"):
        event = (
            FeedEvent.objects.numbered()
            .filter(report=report, type__startswith="report.")
            .exclude(type__in=[EventType.REPORT_OPENED, EventType.REPORT_ACKNOWLEDGED])
            .first()
        )
        position = event.position or 0 if event is not None else 0
        subject = Subject("", event, position, report.case, None, report, report.case.patient_id)
        made = make_message(connection, subject, at=now)
        if made.state != MessageState.QUEUED:
            raise Conflict(in_words(made.sentence), code="held")
        made.save(force_insert=True)
        found.append(made)
    return found


def _make_what_is_held_behind(connection: Connection, stored: Message, now: dt.datetime) -> None:
    for message in _later_of_case(connection, stored).filter(state=MessageState.HELD).order_by("position", "id"):
        _replace(connection, message, now)


def _close_if_nothing_is_stuck(connection: Connection) -> None:
    if not Message.objects.stuck().outgoing().filter(connection=connection).exists():
        close_notifications(subject_id=connection.pk)
