"""A forgotten password: the page takes the request, a worker answers it.

Whether an account exists must not show in how long the page takes, so the page looks nothing up and sends nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.conf import absolute_url
from accounts.models import PasswordResetRequest, Role, User
from audit.models import Action
from audit.services import record
from hematovision.celery import hint, hint_on_commit
from hematovision.languages import in_language

if TYPE_CHECKING:
    import uuid

    from django.db import models

#: Named here and not imported: the tasks import the services.
ANSWER = "accounts.tasks.answer_password_reset"
#: An answer that has not ended after this long died with its worker.
GIVEN_UP_AFTER = timedelta(minutes=5)
#: A link that comes later than this is not waited for any more.
TOO_LATE_AFTER = timedelta(hours=1)
#: One pass asks for at most so many.
BOUND = 200


def ask_for_password_reset(*, email: str) -> None:
    """Keep that somebody wants a new password for `email`, and hint a worker."""
    hint_on_commit(ANSWER, PasswordResetRequest.objects.create(email=email).pk)


def answer_password_reset(*, request_id: uuid.UUID) -> int:
    """Send a link to each account with the address and return how many were sent; the request is gone afterwards.

    The row is claimed first, so two workers send one link. Should the mail server refuse, the row waits again and the
    error is raised for the task to try later.
    """
    claimed = _waiting().filter(pk=request_id)
    if not claimed.update(taken_at=timezone.now()):
        return 0
    asked = PasswordResetRequest.objects.get(pk=request_id)
    people = [
        user
        for user in filter_users_by_email(asked.email, is_active=True, prefer_verified=True)
        if user.role != Role.SERVICE
    ]
    try:
        for user in people:
            _send_link(user, asked.email)
    except OSError:
        PasswordResetRequest.objects.filter(pk=request_id).update(taken_at=None)
        raise
    asked.delete()
    return len(people)


def sweep_password_resets() -> int:
    """Ask again for answers that were lost with a broker or a worker; forget what is too late."""
    PasswordResetRequest.objects.filter(asked_at__lt=timezone.now() - TOO_LATE_AFTER).delete()
    lost = _waiting().filter(asked_at__lt=timezone.now() - timedelta(minutes=1)).values_list("pk", flat=True)[:BOUND]
    return sum(hint(ANSWER, request_id) for request_id in lost)


def _waiting() -> models.QuerySet[PasswordResetRequest]:
    given_up = timezone.now() - GIVEN_UP_AFTER
    return PasswordResetRequest.objects.filter(Q(taken_at__isnull=True) | Q(taken_at__lt=given_up))


def _send_link(user: User, email: str) -> None:
    # allauth's route takes both halves in one: the account and the token.
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    with in_language(user.language):
        get_adapter().send_mail(
            "account/email/password_reset_key",
            email,
            {"user": user, "password_reset_url": absolute_url(path.replace("UID-KEY", key))},
        )
    record(
        actor=None,
        action=Action.SEND,
        target=user,
        reason="A link for a new password, asked for on the page.",  # not translated
    )
