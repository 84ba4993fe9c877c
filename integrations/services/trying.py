"""Trying without effect: a mapping on the last reports, and a message as if it had come in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action, AuditEvent
from audit.services import record
from cases.models import Patient
from hematovision.errors import Unprocessable
from integrations.hl7.faults import HeldMessageError, UnreadableError
from integrations.hl7.text import CHARSETS
from integrations.models import Connection, ConnectionKind, EventType, MappingVersion, Message
from integrations.permissions import must_connect
from integrations.services.building import DestroyedError, Subject, build
from integrations.services.incoming import take
from integrations.services.mappings import check_rows
from reports.models import Report

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from integrations.mapping_rows import Rows
    from integrations.models import Mapping

REPORTS_TRIED = 20
LONGEST_MESSAGE = 1_000_000
"""Letters of a message that is pasted; what is longer holds a document."""


@dataclass(frozen=True, slots=True)
class TriedReport:
    """One report with a mapping: `held` says why its message could not be made; empty where it could."""

    report: Report
    held: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change that a message would make: what is done to what, the members it names, and the patient it is about."""

    action: str
    what: str
    named: tuple[str, ...]
    patient: UUID | None


@dataclass(frozen=True, slots=True)
class TriedMessage:
    """What a message would have done: its `state` and `sentence`, its bytes, the `answer` it would get, and each change (`would`)."""

    state: str
    sentence: str
    content: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    would: tuple[Change, ...] = ()


def try_on_last_reports(*, actor: User, mapping: Mapping, rows: Rows, connection: Connection) -> list[TriedReport]:
    """Make the messages of the last reports with `rows` in place of the mapping of `connection`, and store none.

    The first version of each report is tried: what a later one says depends on what was sent before. Raises `PermissionRefused`,
    `NotFound`, and `Unprocessable` for rows with faults or a connection that sends no HL7 by this mapping.
    """
    must_connect(actor=actor, laboratory=mapping.laboratory)
    if connection.kind != ConnectionKind.MLLP_OUT or connection.mapping_id != mapping.pk:
        raise Unprocessable(_("Choose a connection that sends results by this mapping."), code="no_connection")
    check_rows(rows, mapping.laboratory)
    version = MappingVersion(mapping=mapping, number=0, rows=rows)
    found = Report.objects.filter(case__laboratory=mapping.laboratory_id, version=1)
    clinics = [clinic.pk for clinic in connection.clinics.all()]
    if clinics:
        found = found.filter(case__clinic__in=clinics)
    reports = found.select_related("case__patient", "case__laboratory", "key", "signature").order_by("-created_at")
    tried = [_tried(connection, report, version) for report in reports[:REPORTS_TRIED]]
    record(
        actor=actor,
        action=Action.VIEW,
        target=mapping,
        after={"tried": len(tried), "held": sum(bool(one.held) for one in tried)},
    )
    return tried


def _tried(connection: Connection, report: Report, version: MappingVersion) -> TriedReport:
    subject = Subject(EventType.REPORT_SIGNED, None, 0, report.case, None, report, report.case.patient_id)
    try:
        build(connection, subject, at=timezone.now(), version=version)
    except (HeldMessageError, DestroyedError) as held:
        return TriedReport(report, str(held))
    return TriedReport(report, "")


def try_message(*, actor: User, connection: Connection, text: str) -> TriedMessage:
    """Take a message in as if it had come over `connection`, and undo all of it; only that it was tried stays on record.

    What it would do is what it does, in a transaction that is rolled back: no row, no event of the feed and no notification is
    left. Raises `PermissionRefused`, `NotFound`, `Unprocessable` for what is no message or for a connection that takes none in.
    """
    must_connect(actor=actor, laboratory=connection.laboratory)
    if connection.kind != ConnectionKind.MLLP_IN:
        raise Unprocessable(_("Choose a connection over which messages come in."), code="no_connection")
    content = _as_sent(text, connection.charset)
    with transaction.atomic():
        tried = _taken(connection.pk, content)
        transaction.set_rollback(True)
    # Only now it can be told who is a patient of the record, and who would have become one.
    known = set(Patient.objects.filter(pk__in=[change.patient for change in tried.would]).values_list("pk", flat=True))
    tried = replace(
        tried, would=tuple(one if one.patient in known else replace(one, patient=None) for one in tried.would)
    )
    record(
        actor=actor,
        action=Action.VIEW,
        target=connection,
        after={"console": tried.state, "changes": len(tried.would)},
    )
    return tried


def _taken(connection_id: Any, content: bytes) -> TriedMessage:
    connection = Connection.objects.select_related("laboratory", "mapping").get(pk=connection_id)
    last_event = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    last_message = Message.objects.order_by("-id").values_list("id", flat=True).first() or 0
    try:
        answer = take(connection, content, timezone.now())
    except UnreadableError as unreadable:
        raise Unprocessable(str(unreadable), code="unreadable") from unreadable
    message = Message.objects.filter(connection=connection, id__gt=last_message).first()
    if message is None:
        sentence = _("The same message came before: it gets the answer it had.")
        return TriedMessage("repeated", sentence, content, answer)
    events = AuditEvent.objects.filter(id__gt=last_event).order_by("id")
    would = tuple(_change(event) for event in events if not _is_of_the_connection(event, connection))
    return TriedMessage(message.state, message.sentence, content, answer, would)


def _is_of_the_connection(event: AuditEvent, connection: Connection) -> bool:
    """Whether an event is of the account that a connection gets with its first message."""
    return event.object_type in {"accounts.user", "integrations.connection"} or event.object_id == str(connection.pk)


def _change(event: AuditEvent) -> Change:
    named = {*(event.before or {}), *(event.after or {})} - {"row", "identity", "steps"}
    what = event.object_type.partition(".")[2]
    return Change(event.get_action_display(), what, tuple(sorted(named)), event.patient_id)


def _as_sent(text: str, charset: str) -> bytes:
    """Return the bytes of a pasted message: lines end in carriage returns, letters are of the character set it names."""
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not lines or len(text) > LONGEST_MESSAGE:
        raise Unprocessable(_("Paste one message of at most a million letters."), code="no_message")
    fields = lines[0].strip().split(lines[0].strip()[3:4] or "|")
    named = fields[17].strip() if len(fields) > 17 else ""
    codec = CHARSETS.get(named or charset, "latin-1")
    try:
        return ("\r".join(line.strip("\x0b\x1c") for line in lines) + "\r").encode(codec)
    except UnicodeEncodeError as error:
        sentence = _("The message has letters that its character set %(charset)s lacks.") % {
            "charset": named or charset
        }
        raise Unprocessable(sentence, code="bad_charset") from error
