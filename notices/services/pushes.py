"""Messages to browsers that no page of ours is open in: there is something new, and nothing of what it is.

They go over the services of the browsers' makers (RFC 8030), who could count them, and read nothing: they are encrypted for
the browser (RFC 8291), signed by the installation's key (RFC 8292), and say the same whatever happened.
"""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Action
from audit.services import record
from hematovision.celery import hint
from hematovision.languages import in_language
from notices.conf import push_key
from notices.models import Notification, Preference, PushEndpoint, PushState
from notices.services.preferences import preference_of
from notices.services.push_endpoints import is_known_service, let_browser_go

if TYPE_CHECKING:
    import uuid

log = structlog.get_logger(__name__)

#: Named here and not imported: the tasks import the services.
SEND_PUSH = "notices.tasks.send_push"

#: A sending that has not ended after this long died with its worker.
GIVEN_UP_AFTER = timedelta(minutes=10)
#: What is waiting this long, and not for the end of quiet hours, was lost on its way to a worker.
LOST_AFTER = timedelta(minutes=2)
#: Who heard nothing for a day opens the page before a message of then is worth anything.
TOO_LATE_AFTER = timedelta(hours=24)
#: One pass asks for at most this many people.
BOUND = 200
#: So long the service keeps it for a browser that is not reached, in seconds.
_KEPT_FOR = 24 * 3600
_SERVICE_SECONDS = 10
_GONE = frozenset({404, 410})


class ServiceRefused(OSError):
    """The service of a browser's maker took nothing, for a reason that may pass."""


def send_push_to(*, user_id: uuid.UUID) -> int:
    """Tell the browsers of one person once about everything that waits for them; returns how many were told.

    In quiet hours only what presses counts; the rest waits for their end. The rows are claimed first: two workers tell once.
    Where no service takes it they wait again, and `ServiceRefused` is raised for the task to try later.
    """
    claimed_at = timezone.now()
    waiting = Notification.objects.filter(user_id=user_id, push=PushState.WAITING)
    person = User.objects.filter(pk=user_id).first()
    endpoints = list(PushEndpoint.objects.filter(user_id=user_id))
    if person is None or not person.is_active or not endpoints or not push_key():
        waiting.update(push=PushState.NONE)
        return 0
    waiting.filter(read_at__isnull=False).update(push=PushState.NONE)
    if preference_of(person).is_quiet(claimed_at):
        waiting = waiting.filter(pressing=True)
    if not waiting.update(push=PushState.SENDING, push_at=claimed_at):
        return 0
    mine = Notification.objects.filter(user_id=user_id, push=PushState.SENDING, push_at=claimed_at)
    pressing = mine.filter(pressing=True).exists()
    message = _message(person)
    try:
        told = [endpoint for endpoint in endpoints if _tell(endpoint, message, pressing=pressing)]
    except BaseException:
        mine.update(push=PushState.WAITING, push_at=None)
        raise
    if told:
        with transaction.atomic():
            PushEndpoint.objects.filter(pk__in=[each.pk for each in told]).update(told_at=timezone.now())
            number = mine.update(push=PushState.SENT, push_at=timezone.now())
            after = {"what": "push: something new", "browsers": len(told), "notifications": number}
            record(actor=None, action=Action.SEND, target=person, after=after)
    elif PushEndpoint.objects.filter(user_id=user_id).exists():
        mine.update(push=PushState.WAITING, push_at=None)
        raise ServiceRefused("No push service took the message.")  # not translated
    else:
        mine.update(push=PushState.NONE, push_at=None)
    return len(told)


def send_waiting_pushes() -> int:
    """Ask again for what was lost on its way or waited for the end of quiet hours; returns for how many people."""
    now = timezone.now()
    Notification.objects.filter(push=PushState.SENDING, push_at__lt=now - GIVEN_UP_AFTER).update(
        push=PushState.WAITING, push_at=None
    )
    waiting = Notification.objects.filter(push=PushState.WAITING)
    waiting.filter(created_at__lt=now - TOO_LATE_AFTER).update(push=PushState.NONE)
    lost = waiting.filter(created_at__lt=now - LOST_AFTER)
    pressed = set(lost.filter(pressing=True).values_list("user", flat=True))
    people = User.objects.filter(Exists(lost.filter(user=OuterRef("pk")))).select_related("notice_preference")
    asked = 0
    for person in people.order_by("pk").iterator():
        preference = getattr(person, "notice_preference", None) or Preference(user=person)
        if person.pk not in pressed and preference.is_quiet(now):
            continue
        if asked == BOUND or not hint(SEND_PUSH, person.pk):
            # As many as a pass asks for, or the broker is away: the rest would wait for its time-out one by one.
            break
        asked += 1
    return asked


def _message(person: User) -> str:
    with in_language(person.language):
        said = {"title": "HematoVision", "body": _("There is something new for you.")}
    return json.dumps(said)


def _tell(endpoint: PushEndpoint, message: str, *, pressing: bool) -> bool:
    # Here, since it brings a second HTTP client along that no page needs.
    from pywebpush import WebPushException, webpush
    from requests import RequestException, Session

    if not is_known_service(endpoint.address):
        let_browser_go(actor=None, endpoint=endpoint, reason="unknown service")
        return False
    session = Session()
    # An address at a known service is the only one that is called.
    session.max_redirects = 0
    keys = {"p256dh": endpoint.public_key, "auth": endpoint.secret}
    try:
        webpush(
            subscription_info={"endpoint": endpoint.address, "keys": keys},
            data=message,
            vapid_private_key=push_key(),
            vapid_claims={"sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"},
            ttl=_KEPT_FOR,
            headers={"Urgency": "high" if pressing else "normal"},
            timeout=_SERVICE_SECONDS,
            requests_session=session,
        )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else None
        if status in _GONE:
            let_browser_go(actor=None, endpoint=endpoint, reason="gone")
        log.warning("push_not_taken", endpoint=str(endpoint.pk), status=status)
        return False
    except RequestException as error:
        log.warning("push_service_away", endpoint=str(endpoint.pk), error=type(error).__name__)
        return False
    return True
