"""How long what is kept beside the clinical record is kept, and which of it is due to be removed.

Nothing of the record is among it: patients, cases, images, cells, predictions, decisions, reports and the audit trail stay
(docs/retention.md says why, and what the field asks for).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Invitation, Source, UsedAssertion
from cases.models import Upload
from education.models import ExpectedMember
from integrations.services.message_bodies import bodies_before, remove_bodies
from notices.models import Notification
from offline.models import SentForm
from oversight.periods import days_given

VARIABLE = "HEMATOVISION_RETENTION_DAYS"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows: what makes one due, in words and as a query of everything before a moment.

    `remove` takes what is due away; rows are deleted unless it says otherwise.
    """

    name: str
    meaning: str
    default_days: int
    due: Callable[[datetime], list[QuerySet[Any]]]
    remove: Callable[[Any], object] = lambda rows: rows.delete()


def _sessions(before: datetime) -> list[QuerySet[Any]]:
    ended = Session.objects.filter(expire_date__lt=before)
    going_on = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gte=before)
    return [ended, UserSession.objects.filter(~Exists(going_on), last_seen_at__lt=before)]


def _sign_in_attempts(before: datetime) -> list[QuerySet[Any]]:
    return [table.objects.filter(attempt_time__lt=before) for table in (AccessAttempt, AccessFailureLog, AccessLog)]


def _access_tokens(before: datetime) -> list[QuerySet[Any]]:
    return [Token.objects.filter(expires_at__lt=before)]


def _used_assertions(before: datetime) -> list[QuerySet[Any]]:
    return [UsedAssertion.objects.filter(expires_at__lt=before)]


def _invitations(before: datetime) -> list[QuerySet[Any]]:
    never_used = Invitation.objects.filter(accepted_at__isnull=True)
    ended = never_used.filter(Q(withdrawn_at__lt=before) | Q(expires_at__lt=before))
    # Of a class list, whom such an invitation was for.
    return [ended, ExpectedMember.objects.filter(added_at__lt=before)]


def _notifications(before: datetime) -> list[QuerySet[Any]]:
    return [Notification.objects.filter(read_at__lt=before)]


def _message_bodies(before: datetime) -> list[QuerySet[Any]]:
    return [bodies_before(before)]


def _uploads(before: datetime) -> list[QuerySet[Any]]:
    return [Upload.objects.filter(ended_at__lt=before)]


def _sources(before: datetime) -> list[QuerySet[Any]]:
    return [Source.objects.filter(seen_at__lt=before)]


def _sent_forms(before: datetime) -> list[QuerySet[Any]]:
    return [SentForm.objects.filter(at__lt=before)]


KINDS = (
    Kind("sessions", "browser sessions that ended", 1, _sessions),
    Kind("access_tokens", "tokens of API clients that ended", 30, _access_tokens),
    Kind("used_assertions", "assertions of API clients that were used and ended", 1, _used_assertions),
    Kind("sign_in_attempts", "sign-ins and failed sign-ins, kept for the lock-out", 90, _sign_in_attempts),
    Kind("invitations", "invitations withdrawn or expired, never accepted", 90, _invitations),
    Kind("notifications", "notifications that were read", 365, _notifications),
    Kind("uploads", "resumable uploads that ended; the images stay", 30, _uploads),
    Kind("sources", "computers that sent pictures by themselves and are silent", 90, _sources),
    Kind("sent_forms", "under which ids forms that waited on a device were carried out", 180, _sent_forms),
    Kind(
        "message_bodies",
        "bodies of messages that ended; the messages stay",
        settings.MESSAGE_DAYS,
        _message_bodies,
        remove_bodies,
    ),
)


def periods() -> dict[str, timedelta]:
    """How long each kind is kept; raises `Unprocessable` where the setting names something else."""
    given = days_given(VARIABLE, settings.RETENTION_DAYS, known={kind.name for kind in KINDS})
    return {kind.name: timedelta(days=given.get(kind.name, kind.default_days)) for kind in KINDS}


def due(kind: Kind, now: datetime | None = None) -> list[QuerySet[Any]]:
    """The rows of a kind that are past its period, a query for each table."""
    return kind.due((now or timezone.now()) - periods()[kind.name])
