"""Messages that come in: stored, carried out in one transaction, and only then acknowledged."""

from __future__ import annotations

import hashlib
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from audit.context import RequestContext, bound
from hematovision.errors import Conflict, DomainError
from hematovision.languages import in_language
from integrations.defects import where_it_broke
from integrations.hl7.ack import accept, answer_orders, refuse
from integrations.hl7.faults import (
    DataTypeError,
    DuplicateKeyError,
    FaultError,
    InternalFaultError,
    UnknownValueError,
    UnreadableError,
)
from integrations.hl7.inbound import parse
from integrations.hl7.incoming import Orders, PatientMerge
from integrations.hl7.reading import header_of
from integrations.models import Connection, Direction, Message, MessageState
from integrations.said import gettext_noop
from integrations.services.incoming_orders import fault_of, take_orders
from integrations.services.incoming_patients import take_merge, take_update
from integrations.services.intake import intake_of
from integrations.services.service_user import service_user_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from integrations.hl7.reading import Header
    from integrations.services.taken import Taken

log = structlog.get_logger(__name__)

SAID_HELD = "Taken; it waits for an answer of the laboratory"  # not translated
NO_HEADER = gettext_noop("It does not begin with an MSH that can be read.")
USED_BEFORE = gettext_noop("This control id was used for another message.")
A_DEFECT = gettext_noop("The message could not be carried out because of a fault here. Its log has the details.")
_MOST_IN_SENTENCE = 500
_ACCEPTED = "AA"


@in_language("en")
def take(connection: Connection, content: bytes, at: dt.datetime) -> bytes:
    """Store a message, carry it out, and return the acknowledgement, which is stored with it.

    A message that came before, under the same control id with the same bytes, gets the answer it had, and nothing is done
    again; one that was refused is tried anew, because a row of the mapping may have been what was missing.

    What is answered and kept is English, whoever tries it. Raises `UnreadableError` for bytes that cannot be answered: they
    are stored all the same. Raises the database's error
    where it is away: without an acknowledgement the sender repeats, and what was stored is carried out then.
    """
    header = header_of(content)
    if header is None:
        keep_unreadable(connection, content, NO_HEADER, at)
        raise UnreadableError(NO_HEADER)
    message = _stored(connection, content, header, at)
    if message.answer_code == _ACCEPTED:
        return message.answer_content
    with _in_the_trail_as(message):
        # Before the transaction of the message: what is undone with it would be the account, too.
        service_user_of(connection)
        try:
            return _carried_out(message, header, at)
        except FaultError as fault:
            return _refused(message, header, fault, at)
        except UnreadableError as error:  # too many parts: it can be answered, as its header can be read
            return _refused(message, header, DataTypeError(str(error)), at)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the sender is answered and others go on)
            log.error(  # noqa: TRY400 (the text of the exception may quote the message)
                "message_not_carried_out",
                message=str(message.message_id),
                because=type(error).__name__,
                where=where_it_broke(error),
            )
            return _refused(message, header, InternalFaultError(A_DEFECT), at)


def keep_unreadable(connection: Connection, content: bytes, sentence: str, at: dt.datetime) -> Message:
    """Store bytes that are no message, for a person to look at."""
    return Message.objects.create(
        connection=connection,
        direction=Direction.IN,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        body=content.decode("latin-1"),
        state=MessageState.REFUSED,
        sentence=sentence[:_MOST_IN_SENTENCE],
        created_at=at,
        settled_at=at,
    )


def carry_out(connection: Connection, content: bytes, *, is_confirmed: bool, at: dt.datetime) -> Taken:
    """Do what a message says, in the transaction of the caller; `is_confirmed` where a person said that it is one person.

    Raises faults of `integrations.hl7.faults` and `DomainError`.
    """
    said = parse(
        content,
        processing_id="T" if connection.is_test else "P",
        charset=connection.charset,
        zone=timezone.get_default_timezone(),
    )
    _require_names(connection, said.header)
    intake = intake_of(connection, at=at)
    if isinstance(said, Orders):
        return take_orders(intake, said, is_confirmed=is_confirmed)
    if isinstance(said, PatientMerge):
        return take_merge(intake, said, is_confirmed=is_confirmed, at=at)
    return take_update(intake, said, is_confirmed=is_confirmed)


@in_language("en")
def carry_out_once(connection: Connection, content: bytes, *, is_confirmed: bool, at: dt.datetime) -> Taken:
    """As `carry_out`, all of it or nothing, and again where another message registered the same patient meanwhile.

    Raises faults alone.
    """
    try:
        try:
            with transaction.atomic():
                return carry_out(connection, content, is_confirmed=is_confirmed, at=at)
        except Conflict as error:
            if error.code != "duplicate_mrn":
                raise
            with transaction.atomic():
                return carry_out(connection, content, is_confirmed=is_confirmed, at=at)
    except DomainError as error:
        raise fault_of(error) from error


def write_outcome(message: Message, taken: Taken, at: dt.datetime) -> None:
    """Write what became of a message; the caller saves it."""
    message.state = MessageState.HELD if taken.is_held else MessageState.PROCESSED
    message.sentence = taken.sentence[:_MOST_IN_SENTENCE]
    message.patient = taken.patient
    message.order = taken.order
    message.case_id = taken.order.case_id if taken.order is not None else None
    message.settled_at = at


def _stored(connection: Connection, content: bytes, header: Header, at: dt.datetime) -> Message:
    """Return the row of a message: the one it has, if it came before, else a new one."""
    sender = f"{header.sending_application}|{header.sending_facility}"
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        # Two at once of one message are one: the second waits here for the row of the first.
        Connection.objects.select_for_update(no_key=True, of=("self",)).get(pk=connection.pk)
        if header.control_id:
            before = _under(connection, sender, header.control_id).filter(sha256=sha256).order_by("id").first()
            if before is not None:
                return before
        return Message.objects.create(
            connection=connection,
            direction=Direction.IN,
            kind=header.kind[:40],
            sender=sender,
            control_id=header.control_id,
            sha256=sha256,
            size=len(content),
            body=content.decode("latin-1"),
            state=MessageState.RECEIVED,
            created_at=at,
        )


def _carried_out(message: Message, header: Header, at: dt.datetime) -> bytes:
    with transaction.atomic():
        stored = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if stored.answer_code == _ACCEPTED:  # by another session, while this one waited
            return stored.answer_content
        _require_unused(stored)
        # As it is now: it may have been changed while this waited.
        connection = Connection.objects.select_related("laboratory", "mapping", "service_user__organisation").get(
            pk=stored.connection_id
        )
        taken = carry_out_once(connection, stored.content, is_confirmed=False, at=at)
        write_outcome(stored, taken, at)
        control_id = _new_control_id()
        if taken.is_held:
            answer = accept(header, control_id=control_id, at=at, said=SAID_HELD)
        elif connection.answers_orders and taken.person is not None:
            answer = answer_orders(header, taken.person, taken.answers, control_id=control_id, at=at)
        else:
            answer = accept(header, control_id=control_id, at=at)
        stored.tries += 1
        stored.answer_content, stored.answer_code = answer.content, _ACCEPTED
        stored.save()
    return stored.answer_content


def _refused(message: Message, header: Header, fault: FaultError, at: dt.datetime) -> bytes:
    answer = refuse(header, fault, control_id=_new_control_id(), at=at)
    with transaction.atomic():
        stored = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if stored.answer_code == _ACCEPTED:  # by another session, meanwhile
            return stored.answer_content
        stored.state = MessageState.REFUSED
        stored.sentence = fault.sentence[:_MOST_IN_SENTENCE]
        stored.answer_content, stored.answer_code = answer.content, fault.acknowledgement
        stored.tries += 1
        stored.settled_at = at
        stored.save()
    return answer.content


def _require_unused(message: Message) -> None:
    """Refuse a control id under which another message was taken; one that was refused had no effect and counts for nothing."""
    if not message.control_id:
        return
    others = _under(message.connection, message.sender, message.control_id).exclude(sha256=message.sha256)
    if others.filter(answer_code=_ACCEPTED).exists():
        raise DuplicateKeyError(USED_BEFORE, "MSH^1^10")


def _require_names(connection: Connection, header: Header) -> None:
    """Refuse a message that is for somebody else, or from somebody else than the connection says. An empty name is any."""
    for wanted, said, number, sentence in (
        (
            connection.their_application,
            header.sending_application,
            3,
            gettext_noop("The sending application is not the one of this connection."),
        ),
        (
            connection.their_facility,
            header.sending_facility,
            4,
            gettext_noop("The sending facility is not the one of this connection."),
        ),
        (
            connection.our_application,
            header.receiving_application,
            5,
            gettext_noop("The receiving application is not the one of this connection."),
        ),
        (
            connection.our_facility,
            header.receiving_facility,
            6,
            gettext_noop("The receiving facility is not the one of this connection."),
        ),
    ):
        if wanted and said not in wanted.split("^"):
            raise UnknownValueError(sentence, f"MSH^1^{number}")


def _under(connection: Connection, sender: str, control_id: str) -> QuerySet[Message]:
    return Message.objects.incoming().filter(connection=connection, sender=sender, control_id=control_id)


def _new_control_id() -> str:
    return uuid.uuid4().hex[:20]


@contextmanager
def _in_the_trail_as(message: Message) -> Iterator[None]:
    """Let every event of the audit trail name the message that it comes from."""
    with bound(RequestContext(request_id=str(message.message_id))):
        yield
