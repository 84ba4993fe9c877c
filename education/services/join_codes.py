"""Codes by which people join a class by themselves."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from education.models import JoinCode, StudentGroup
from education.permissions import may_learn
from education.services.student_groups import enter, open_group
from hematovision.errors import NotFound, PermissionRefused, TooManyAttempts, Unprocessable

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without 0 and O, 1, I and L: a code is read off a wall."""
LENGTH = 8
DAYS = 14
"""How long a code is good for."""
TRIES = 10
"""How many codes somebody may try in a window of a quarter of an hour."""
_WINDOW_S = 900


def make_code(*, actor: User, pk: UUID) -> JoinCode:
    """Make a code for a class, good for `DAYS`; the one before is withdrawn.

    Raises `NotFound` for a class of another laboratory, `Conflict` for a closed one.
    """
    with transaction.atomic():
        group = open_group(actor, pk)
        now = timezone.now()
        _standing(group).update(withdrawn_at=now)
        made = JoinCode.objects.create(
            group=group,
            code="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
            made_by=actor,
            expires_at=now + timedelta(days=DAYS),
        )
        # The code itself opens the class: it is not in the record.
        record(
            actor=actor,
            action=Action.CREATE,
            object_type="education.joincode",
            object_id=str(made.pk),
            laboratory_id=group.laboratory_id,
            after={"group": str(group.pk), "expires": made.expires_at.isoformat()},
        )
    return made


def withdraw_code(*, actor: User, pk: UUID) -> None:
    """Withdraw the code of a class. Raises `NotFound` where it has none."""
    with transaction.atomic():
        group = open_group(actor, pk)
        if not _standing(group).update(withdrawn_at=timezone.now()):
            raise NotFound
        record(
            actor=actor,
            action=Action.CANCEL,
            target=group,
            laboratory_id=group.laboratory_id,
            reason="Join code withdrawn.",  # not translated
        )


def code_of(group: StudentGroup) -> JoinCode | None:
    """The code by which people join a class now; None where there is none."""
    return JoinCode.objects.filter(group=group, withdrawn_at__isnull=True, expires_at__gt=timezone.now()).first()


def join(*, actor: User, code: str) -> StudentGroup:
    """Come into the class of a code, however it was typed. Who is in it already stays in it.

    Raises `PermissionRefused` for a program, `TooManyAttempts`, and `Unprocessable` with one sentence for a code that is
    wrong, expired, withdrawn or of another laboratory, so that nobody learns which.
    """
    if not may_learn(actor):
        raise PermissionRefused
    _count_try(actor)
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    with transaction.atomic():
        found = JoinCode.objects.filter(
            code=typed,
            withdrawn_at__isnull=True,
            expires_at__gt=timezone.now(),
            group__closed_at__isnull=True,
            group__laboratory=actor.laboratory,
        ).first()
        if found is None:
            raise Unprocessable(
                _("This code does not open a class of your laboratory. Ask your teacher for a new one."),
                code="no_class",
            )
        group = StudentGroup.objects.select_for_update().get(pk=found.group_id)
        if enter(group, [actor]):
            record(
                actor=actor,
                action=Action.UPDATE,
                target=group,
                laboratory_id=group.laboratory_id,
                reason="Joined by code.",  # not translated
            )
    return group


def _standing(group: StudentGroup) -> QuerySet[JoinCode]:
    return JoinCode.objects.filter(group=group, withdrawn_at__isnull=True)


def _count_try(actor: User) -> None:
    key = f"learn:join.{actor.pk}.{int(time.time() // _WINDOW_S)}"
    cache.add(key, 0, timeout=_WINDOW_S)
    if cache.incr(key) > TRIES:
        raise TooManyAttempts
