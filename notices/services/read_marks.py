"""Noting that people saw what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from audit.models import Action
from audit.services import record
from hematovision.errors import NotFound
from notices.models import Notification

if TYPE_CHECKING:
    import uuid

    from accounts.models import User


@transaction.atomic
def mark_read(*, actor: User, notification: Notification) -> None:
    """Note that `actor` saw their notification; the first time counts. Raises `NotFound` for another's."""
    mine = Notification.objects.visible_to(actor).filter(pk=notification.pk)
    if not mine.exists():
        raise NotFound
    seen = mine.unread().update(read_at=timezone.now())
    if seen:
        record(actor=actor, action=Action.UPDATE, target=notification, after={"read": True})


@transaction.atomic
def mark_subject_read(*, actor: User, subject_id: uuid.UUID) -> int:
    """Note that `actor` saw what a notification leads to, by whatever way they came; returns how many told of it."""
    told = Notification.objects.visible_to(actor).unread().filter(subject_id=subject_id)
    seen = told.update(read_at=timezone.now())
    if seen:
        record(actor=actor, action=Action.UPDATE, object_type="notices.notification", after={"read": seen})
    return seen


@transaction.atomic
def mark_all_read(*, actor: User) -> int:
    """Note that `actor` saw everything they were told; returns how many were new."""
    seen = Notification.objects.visible_to(actor).unread().update(read_at=timezone.now())
    if seen:
        record(actor=actor, action=Action.UPDATE, object_type="notices.notification", after={"read": seen})
    return seen
