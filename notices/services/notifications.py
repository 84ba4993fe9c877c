"""Notifications: telling people something, and closing what needs nobody any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Role, User
from hematovision.celery import hint_on_commit
from hematovision.languages import in_language
from notices.conf import push_key
from notices.models import EmailState, Notification, Preference, PushEndpoint, PushState
from notices.services.emails import SEND_EMAIL
from notices.services.pushes import SEND_PUSH

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable

    from notices.models.notification import NotificationQuerySet


def notify(
    *,
    recipients: Iterable[User],
    kind: str,
    subject_id: uuid.UUID | None,
    text: str | Callable[[], str],
    path: str,
    replaces: bool = False,
    pressing: bool = False,
) -> list[Notification]:
    """Tell every recipient `text` in the app, and that there is something new by e-mail where they want it.

    `text` is one plain sentence without patient data: no name, no number of a patient or specimen. It is kept in the language of
    who is told: give it in English, marked with `gettext_noop`, or where it has values a function that says it in the language
    that is active. `path` is the page
    that shows it, with ids of records at most. Each person is told once; accounts that are closed or that no person
    uses are left out, and so is somebody who was told the very same and has not opened it yet. Call it inside the
    transaction of the act itself: e-mails leave when that holds. The caller records the act in the audit trail. With
    `replaces` what a recipient was told before of the same kind about the same subject counts as read: a reminder
    stands for those before it. What is `pressing` reaches browsers in quiet hours too. Returns the new notifications. Raises `ValidationError` for a text or a path that cannot be kept: that is a defect
    of the caller.
    """
    people = {person.pk: person for person in recipients if person.is_active and person.role != Role.SERVICE}
    if not people:
        return []
    with transaction.atomic():
        told = set(
            Notification.objects.unread()
            .filter(user__in=people, kind=kind, subject_id=subject_id, path=path)
            .values_list("user_id", "text")
        )
        said = {pk: _said(text, person) for pk, person in people.items()}
        silent = set(Preference.objects.filter(user__in=people, email=False).values_list("user_id", flat=True))
        reached = _with_browsers(people)
        made = [
            Notification(
                user=person,
                kind=kind,
                subject_id=subject_id,
                text=said[pk],
                path=path,
                email=EmailState.NONE if pk in silent else EmailState.WAITING,
                pressing=pressing,
                push=PushState.WAITING if pk in reached else PushState.NONE,
            )
            for pk, person in people.items()
            if (pk, said[pk]) not in told
        ]
        for notification in made:
            notification.clean_fields(exclude=["user"])
        if replaces:
            _mark_read(
                Notification.objects.filter(user__in=[n.user_id for n in made], kind=kind, subject_id=subject_id)
            )
        # Not a clinical record, and the act it tells of is in the audit trail.
        Notification.objects.bulk_create(made)
        for notification in made:
            if notification.email == EmailState.WAITING:
                hint_on_commit(SEND_EMAIL, notification.user_id)
            if notification.push == PushState.WAITING:
                hint_on_commit(SEND_PUSH, notification.user_id)
    return made


def _with_browsers(people: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return who of `people` is told in a browser too."""
    if not push_key():
        return set()
    return set(PushEndpoint.objects.filter(user__in=people).values_list("user_id", flat=True))


def _said(text: str | Callable[[], str], person: User) -> str:
    with in_language(person.language):
        return text() if callable(text) else gettext(text)


def close_notifications(*, subject_id: uuid.UUID) -> int:
    """Mark everything about one subject as read, whoever was told: it needs nobody any more."""
    return _mark_read(Notification.objects.filter(subject_id=subject_id))


def _mark_read(told: NotificationQuerySet) -> int:
    return told.unread().update(read_at=timezone.now())
