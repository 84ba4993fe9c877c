"""Invitations of a class list: a worker sends them, and the page of the class says what became of each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.services import invite_student, send_invitation
from education.models import ExpectedMember, MailFailure, MailState
from education.services.student_groups import open_group
from hematovision.celery import hint, hint_on_commit
from hematovision.errors import Conflict, PermissionRefused, TooManyAttempts, Unprocessable
from hematovision.languages import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import User
    from education.models import StudentGroup

#: Named here and not imported: the tasks import the services.
SEND_INVITATIONS = "education.tasks.send_invitations"
#: What is for learning comes behind everything that is clinical.
RANK = 9
#: So many leave before the worker takes something else in between.
AT_ONCE = 20
#: A sending that has not ended after this long died with its worker.
GIVEN_UP_AFTER = timedelta(minutes=10)
#: What is waiting this long was lost on its way to a worker.
LOST_AFTER = timedelta(minutes=2)


def expect(group: StudentGroup, actor: User, people: Iterable[tuple[str, str]]) -> None:
    """Have invitations sent to people of `group`, given as e-mail and name; who was invited before is invited again."""
    for email, name in people:
        ExpectedMember.objects.update_or_create(
            group=group, email=email, defaults=_waiting(actor), create_defaults={"name": name, **_waiting(actor)}
        )
    hint_on_commit(SEND_INVITATIONS, group.pk, rank=RANK)


def invite_again(*, actor: User, pk: UUID, email: str = "") -> int:
    """Have the invitation of one person of a class sent again, or all that failed; returns how many.

    Raises `NotFound` for a class of another laboratory, `Conflict` for a closed one.
    """
    with transaction.atomic():
        group = open_group(actor, pk)
        asked = (
            {"email": email, "mail__in": [MailState.SENT, MailState.FAILED]} if email else {"mail": MailState.FAILED}
        )
        number = group.expected.filter(**asked).update(**_waiting(actor))
        hint_on_commit(SEND_INVITATIONS, group.pk, rank=RANK)
    return number


def send_invitations(*, group_id: UUID) -> int:
    """Send what waits in a class, one after the other, and ask for the rest; returns how many left.

    Each row is claimed first, so of two workers one sends it.
    """
    waiting = ExpectedMember.objects.filter(group_id=group_id, mail=MailState.WAITING)
    sent = sum(_send(expected) for expected in waiting.select_related("added_by").order_by("mail_at", "pk")[:AT_ONCE])
    if waiting.exists():
        hint(SEND_INVITATIONS, group_id, rank=RANK)
    return sent


def send_waiting_invitations() -> int:
    """Ask again for what was lost with a broker or a worker; returns for how many classes."""
    now = timezone.now()
    ExpectedMember.objects.filter(mail=MailState.SENDING, mail_at__lt=now - GIVEN_UP_AFTER).update(
        mail=MailState.WAITING
    )
    lost = ExpectedMember.objects.filter(mail=MailState.WAITING, mail_at__lt=now - LOST_AFTER)
    asked = 0
    for group_id in lost.order_by("group").values_list("group", flat=True).distinct():
        if not hint(SEND_INVITATIONS, group_id, rank=RANK):
            # The broker is away: the rest would wait for its time-out one by one.
            break
        asked += 1
    return asked


def _waiting(actor: User) -> dict[str, object]:
    return {"added_by": actor, "mail": MailState.WAITING, "mail_at": timezone.now(), "failure": ""}


def _send(expected: ExpectedMember) -> bool:
    """Send one invitation that waits, in the language of who invites; False where another worker has it, or it did not leave."""
    claimed_at = timezone.now()
    mine = ExpectedMember.objects.filter(pk=expected.pk)
    if not mine.filter(mail=MailState.WAITING).update(mail=MailState.SENDING, mail_at=claimed_at):
        return False
    failure = ""
    try:
        with in_language(expected.added_by.language):
            send_invitation(*invite_student(actor=expected.added_by, email=expected.email))
    except OSError:
        failure = MailFailure.SERVER
    except TooManyAttempts:
        failure = MailFailure.LIMIT
    except PermissionRefused:
        failure = MailFailure.TEACHER
    except (Conflict, Unprocessable):
        failure = MailFailure.PERSON
    # Not what somebody asked for again in the meantime.
    mine.filter(mail=MailState.SENDING, mail_at=claimed_at).update(
        mail=MailState.FAILED if failure else MailState.SENT, mail_at=timezone.now(), failure=failure
    )
    return not failure
