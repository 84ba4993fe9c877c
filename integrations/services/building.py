"""Messages for one receiver: made of the sealed report, never of today's rows, and of nothing that would be a guess."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.conf import absolute_url
from cases.models import OrderTransition, Patient, SpecimenRejection
from cases.stored_files import FileMissing
from hematovision.languages import in_language
from inbox.selectors import limits_of
from integrations.codes import SPECIMEN_REASONS
from integrations.fhir.bundle import collection
from integrations.hl7.faults import HeldMessageError
from integrations.hl7.oru import control_id, preliminary_message, rejection_message, report_message
from integrations.hl7.outgoing import Number, Outgoing, Place, Route, Sent
from integrations.hl7.writing import subcomponents
from integrations.mapping_rows import results_of, table_of
from integrations.models import ConnectionKind, EventType, Message, MessageState
from integrations.presenters.fhir import whole_report
from integrations.presenters.webhook import notice_of
from integrations.said import gettext_noop
from integrations.wanted import REJECTION_EVENTS
from reports.canonical import sha256
from reports.models import KeyDestruction, Report, ReportKind
from reports.presenters.content import order_content, request_content, time_text
from reports.sealing import BrokenSealError
from reports.verification import content_as_signed

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from cases.models import Case, Order
    from integrations.models import Connection, FeedEvent, MappingVersion

ORU = "ORU^R01"
BUNDLE = "Bundle"
DESTROYED = gettext_noop("The patient was pseudonymised: nothing is sent any more.")
_BROKEN = gettext_noop(
    "The report is no longer what was signed, so it is not sent. Tell whoever operates the installation."
)
_NO_MAPPING = gettext_noop("No version of the mapping is in force. Save one, then send again.")
NO_REJECTION_CODE = gettext_noop("The mapping has no code for the rejection %(reason)s. Add a row, then send again.")
_OID = re.compile(r"[0-2](\.\d+)+", re.ASCII)


class DestroyedError(ValueError):
    """The content is gone by decision: there is nothing to send, and nobody to ask."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message tells of: the event, and the records it names."""

    kind: str
    event: FeedEvent | None
    position: int
    case: Case | None
    order: Order | None
    report: Report | None
    patient_id: UUID | None

    @classmethod
    def of_event(cls, event: FeedEvent) -> Subject:
        """Return what an event tells of."""
        return cls(event.type, event, event.position or 0, event.case, event.order, event.report, event.patient_id)

    def identity_over(self, connection: Connection) -> str:
        """The control id of its message over a connection, all but the number of a repetition."""
        if connection.kind == ConnectionKind.WEBHOOK and self.event is not None:
            return str(self.event.event_id)
        if self.report is not None:
            return control_id(str(self.report.case_id), self.report.version)
        about = self.case or self.order
        return control_id(str(about.pk if about is not None else ""), "x" if self.is_rejection else "p")

    @property
    def is_rejection(self) -> bool:
        """Whether the laboratory does not carry the order out, or cannot use the specimen."""
        return self.kind in REJECTION_EVENTS


@dataclass(frozen=True, slots=True)
class Built:
    """A message that is ready. `facts` is what later versions have to know of it."""

    kind: str
    outgoing: Outgoing
    facts: dict[str, Any] = field(repr=False)
    mapping_version: MappingVersion | None = None


@in_language("en")
def build(
    connection: Connection,
    subject: Subject,
    *,
    at: dt.datetime,
    replay: int = 0,
    version: MappingVersion | None = None,
) -> Built:
    """Return the message for a subject over a connection, by the version of the mapping that is in force or by `version`.

    It is in English, whoever asks for it. Raises `HeldMessageError` with a sentence for one that cannot be built without a guess, `DestroyedError` for one of which
    nothing is left.
    """
    if connection.kind == ConnectionKind.WEBHOOK:
        return _notice(subject, replay)
    if subject.report is not None:
        _refuse_destroyed(subject.report)
    if connection.kind == ConnectionKind.FHIR_PUSH:
        return _bundle(subject, at, replay)
    if version is None and connection.mapping is not None:
        version = connection.mapping.version_at(at)
    if version is None:
        raise HeldMessageError(_NO_MAPPING)
    if subject.report is not None:
        return _report(connection, subject.report, version, at, replay)
    return _without_result(connection, subject, version, at, replay)


def _refuse_destroyed(report: Report) -> None:
    if KeyDestruction.objects.filter(report=report).exists():
        raise DestroyedError(DESTROYED)


def _signed_content(report: Report) -> dict[str, Any]:
    content = content_as_signed(report)
    if content is None:
        raise HeldMessageError(_BROKEN)
    return content


def _signed_pdf(report: Report) -> bytes:
    try:
        pdf = report.read_pdf()
    except (BrokenSealError, FileMissing):
        raise HeldMessageError(_BROKEN) from None
    if sha256(pdf) != report.pdf_sha256:
        raise HeldMessageError(_BROKEN)
    return pdf


def _notice(subject: Subject, replay: int) -> Built:
    """That something happened, and to which records: whoever hears of it asks for the rest."""
    if subject.event is None:
        raise HeldMessageError(gettext_noop("There is no event to tell of."))
    identity = str(subject.event.event_id) + (f"-r{replay}" if replay else "")
    return Built(subject.kind, Outgoing(identity, notice_of(subject.event)), {})


def _bundle(subject: Subject, at: dt.datetime, replay: int) -> Built:
    """The Bundle that `$bundle` gives. Its id is that of the case: a later version takes its place at the receiver."""
    report = subject.report
    if report is None:
        raise HeldMessageError(gettext_noop("Only a signed version has results to send."))
    _signed_content(report)
    _signed_pdf(report)
    bundle = collection(absolute_url("/fhir/r4/"), whole_report(report), time_text(at))
    content = json.dumps({"id": str(report.case_id), **bundle}, ensure_ascii=False, separators=(",", ":"))
    identity = control_id(str(report.case_id), report.version, replay)
    return Built(BUNDLE, Outgoing(identity, content.encode("utf-8")), {})


def _report(connection: Connection, report: Report, version: MappingVersion, at: dt.datetime, replay: int) -> Built:
    content = _signed_content(report)
    with_pdf = connection.includes_pdf and report.kind != ReportKind.WITHDRAWN
    patient = Patient.objects.select_related("organisation").get(pk=content["patient"]["id"])
    numbers = _numbers(patient, content["patient"]["mrn"])
    outgoing = report_message(
        content,
        route=route_of(connection),
        mapping=_results(version),
        limits=limits_of(connection.laboratory_id),
        numbers=_written(numbers),
        at=at,
        earlier=sent_before(connection, report),
        pdf=_signed_pdf(report) if with_pdf else None,
        replay=replay,
    )
    return Built(ORU, outgoing, {"numbers": numbers, "with_pdf": with_pdf}, version)


def _without_result(
    connection: Connection, subject: Subject, version: MappingVersion, at: dt.datetime, replay: int
) -> Built:
    """That a case is in work, or that the laboratory does not carry the order out."""
    about = subject.case or subject.order
    if about is None:
        raise HeldMessageError(gettext_noop("There is neither a case nor an order to tell of."))
    content = request_content(subject.case) if subject.case is not None else order_content(subject.order)  # type: ignore[arg-type]
    numbers = _numbers(about.patient, about.patient.mrn)
    shared: dict[str, Any] = {
        "route": route_of(connection),
        "mapping": _results(version),
        "numbers": _written(numbers),
        "at": at,
        "replay": replay,
    }
    if subject.is_rejection and subject.event is not None:
        outgoing = rejection_message(content, **_why(subject, subject.event, version), **shared)
    else:
        outgoing = preliminary_message(content, **shared)
    return Built(ORU, outgoing, {"numbers": numbers, "with_pdf": False}, version)


def _why(subject: Subject, event: FeedEvent, version: MappingVersion) -> dict[str, Any]:
    """Why a specimen or an order was rejected, as the message takes it."""
    rows = table_of(version.rows, "rejections")
    if subject.kind == EventType.CASE_REJECTED:
        rejection = SpecimenRejection.objects.get(case=subject.case)
        reasons = [rows.get(reason) or SPECIMEN_REASONS[reason] for reason in rejection.coded]
        sentence = " ".join(filter(None, (rejection.sentence, " ".join(rejection.words.split()))))
        return {"reasons": reasons, "sentence": sentence, "order_waits": rejection.order_id is not None}
    # The event names the step of the order by its table and key.
    step = OrderTransition.objects.get(pk=event.source.partition(":")[2])
    reason = rows.get(step.reason_code, "")
    if not reason:
        raise HeldMessageError(NO_REJECTION_CODE % {"reason": step.reason_code})
    return {"reasons": [reason], "sentence": step.reason}


def sent_before(connection: Connection, report: Report) -> list[Sent]:
    """Return the versions before this one that went over a connection, or will before it, oldest first.

    One that a person told by other means counts as sent without its PDF.
    """
    earlier = Message.objects.outgoing().filter(
        connection=connection, report__case=report.case_id, report__version__lt=report.version
    )
    found: dict[int, Sent] = {}
    for message in earlier.select_related("report__key").order_by("id"):
        if message.report is None or not (message.size or message.state == MessageState.HANDLED):
            continue
        content = _signed_content(message.report)
        facts = json.loads(message.facts) if message.facts else None
        if facts is None:
            patient = Patient.objects.select_related("organisation").get(pk=content["patient"]["id"])
            facts = {"numbers": _numbers(patient, content["patient"]["mrn"]), "with_pdf": False}
        found[message.report.version] = Sent(content, _written(facts["numbers"]), facts["with_pdf"])
    return [found[version] for version in sorted(found)]


def route_of(connection: Connection) -> Route:
    """Return between whom the messages of a connection go."""
    return Route(
        sending_application=_place(connection.our_application),
        sending_facility=_place(connection.our_facility),
        receiving_application=_place(connection.their_application),
        receiving_facility=_place(connection.their_facility),
        filler_namespace=connection.filler_namespace,
        processing_id="T" if connection.is_test else "P",
        charset=connection.charset,
        appended_as="F" if connection.addendum_is_final else "C",
        zone=timezone.get_default_timezone(),
    )


def _place(text: str) -> Place:
    """An application or facility: a name, or name&OID&ISO."""
    return Place(*text.split("&", 2))


def _results(version: MappingVersion) -> Any:
    try:
        return results_of(version.rows)
    except ValueError as error:
        raise HeldMessageError(str(error)) from None


def _numbers(patient: Patient, mrn: str) -> list[list[str]]:
    """Every number of a patient as (value, authority, kind of HL7 table 0203), the record number first."""
    others = patient.numbers.in_use()
    return [
        [mrn, patient.organisation.hl7_authority, "MR"],
        # What sort of number another system gives is not known here: unspecified.
        *([number.value, number.system, "U"] for number in others),
    ]


def _written(numbers: list[list[str]]) -> tuple[Number, ...]:
    return tuple(Number(value, _authority(authority), kind) for value, authority, kind in numbers)


def _authority(text: str) -> str:
    """PID-3.4 (HD): a name, name&OID&ISO, an OID or an address."""
    oid = text.removeprefix("urn:oid:")
    if _OID.fullmatch(oid):
        return subcomponents("", oid, "ISO")
    if "://" in text or text.startswith("urn:"):
        return subcomponents("", text, "URI")
    return subcomponents(*text.split("&", 2))
