"""E-mails that say there is something new, and nothing of what it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.conf import absolute_url
from accounts.models import User
from audit.models import Action
from audit.services import record
from hematovision.celery import hint
from hematovision.languages import in_language
from notices.models import EmailState, Notification
from notices.services.preferences import preference_of

if TYPE_CHECKING:
    import uuid

log = structlog.get_logger(__name__)

#: Named here and not imported: the tasks import the services.
SEND_EMAIL = "notices.tasks.send_email"

#: A sending that has not ended after this long died with its worker.
GIVEN_UP_AFTER = timedelta(minutes=10)
#: What is waiting this long was lost on its way to a worker.
LOST_AFTER = timedelta(minutes=2)
#: One pass asks for at most this many people.
BOUND = 200


def send_email_to(*, user_id: uuid.UUID) -> bool:
    """Send one e-mail about everything that waits for this person; True if one was sent.

    The rows are claimed first, so two workers send one e-mail. Should the mail server refuse, they wait again and the
    error is raised for the task to try later.
    """
    claimed_at = timezone.now()
    waiting = Notification.objects.filter(user_id=user_id, email=EmailState.WAITING)
    person = User.objects.filter(pk=user_id).first()
    if person is None or not person.is_active or not preference_of(person).email:
        waiting.update(email=EmailState.NONE)
        return False
    if not waiting.update(email=EmailState.SENDING, email_at=claimed_at):
        return False
    mine = Notification.objects.filter(user_id=user_id, email=EmailState.SENDING, email_at=claimed_at)
    # What was opened in the app in the meantime needs no e-mail.
    mine.filter(read_at__isnull=False).update(email=EmailState.NONE)
    unread = mine.count()
    if not unread:
        return False
    try:
        _send(person)
    except OSError:
        mine.update(email=EmailState.WAITING, email_at=None)
        raise
    with transaction.atomic():
        mine.update(email=EmailState.SENT, email_at=timezone.now())
        record(
            actor=None,
            action=Action.SEND,
            target=person,
            after={"what": "e-mail: something new", "notifications": unread},
        )
    return True


def send_waiting_emails() -> int:
    """Ask again for every e-mail that was lost on its way; returns for how many people."""
    now = timezone.now()
    Notification.objects.filter(email=EmailState.SENDING, email_at__lt=now - GIVEN_UP_AFTER).update(
        email=EmailState.WAITING, email_at=None
    )
    lost = Notification.objects.filter(email=EmailState.WAITING, created_at__lt=now - LOST_AFTER)
    people = list(lost.order_by("user").values_list("user", flat=True).distinct()[:BOUND])
    asked = 0
    for user_id in people:
        if not hint(SEND_EMAIL, user_id):
            # The broker is away: the rest would wait for its time-out one by one.
            break
        asked += 1
    return asked


def _send(person: User) -> None:
    with in_language(person.language):
        subject = _("HematoVision: there is something new for you")
        body = render_to_string("notices/email/something_new.txt", {"url": absolute_url(reverse("notices:list"))})
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email])
