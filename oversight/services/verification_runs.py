"""Verifications that a worker does: asked for by an administrator or by the calendar, never two at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Role
from audit.models import Action
from audit.services import record
from hematovision.celery import hint, hint_on_commit
from hematovision.errors import Conflict, PermissionRefused
from oversight.models import Trigger, VerificationResult, VerificationRun
from oversight.services.everything import Everything, keep_result, verify_everything

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

TASK = "oversight.tasks.verify_all"
EVERY = timedelta(days=7)
LONGEST = timedelta(hours=3)
"""The soft time limit of the task; a run that began longer ago lost its worker."""
_GRACE = timedelta(minutes=15)

log = structlog.get_logger(__name__)


def may_verify(user: User) -> bool:
    """Whether `user` may have everything verified: it reads every stored file, so an administrator decides when."""
    return user.role == Role.ADMINISTRATOR


def ask_for_verification(*, actor: User) -> VerificationRun:
    """Have a worker verify everything. Raises `PermissionRefused`, or `Conflict` while another one waits or runs."""
    if not may_verify(actor):
        raise PermissionRefused(_("Administrators decide when everything is verified."))
    return _ask(actor=actor, trigger=Trigger.PERSON)


def _ask(*, actor: User | None, trigger: Trigger) -> VerificationRun:
    try:
        with transaction.atomic():
            run = VerificationRun.objects.create(asked_by=actor, trigger=trigger)
            hint_on_commit(TASK, run.pk)
            record(actor=actor, action=Action.CREATE, target=run)
    except IntegrityError as error:
        raise Conflict(_("A verification is already under way."), code="already_verifying") from error
    return run


def follow_verifications() -> None:
    """Ask for the weekly verification when it is due, announce one that waits again, and close one that lost its worker."""
    now = timezone.now()
    run = VerificationRun.objects.filter(is_open=True).first()
    if run is None:
        if not VerificationResult.objects.filter(finished_at__gt=now - EVERY).exists():
            _ask(actor=None, trigger=Trigger.WEEKLY)
    elif run.started_at is None:
        hint(TASK, run.pk)
    elif run.started_at < now - LONGEST - _GRACE:
        log.warning("verification_lost_its_worker", run_id=str(run.pk))
        _fail(run, gettext_noop("The worker stopped before the end."))


def run_verification(*, run_id: UUID) -> None:
    """Verify everything for a run that waits; nothing where another worker has it. A defect ends the run and is raised."""
    claimed = VerificationRun.objects.filter(pk=run_id, is_open=True, started_at=None).update(started_at=timezone.now())
    if not claimed:
        return
    run = VerificationRun.objects.select_related("asked_by").get(pk=run_id)
    mine = VerificationRun.objects.filter(pk=run_id)
    try:
        verify_everything(
            actor=run.asked_by,
            trigger=Trigger(run.trigger),
            note=lambda number: mine.update(checks_done=number),
        )
    except BaseException:
        _fail(run, gettext_noop("A check stopped with an error, which the log of the worker names."))
        raise
    mine.update(is_open=False)


def _fail(run: VerificationRun, sentence: str) -> None:
    """Close a run that did not come to its end; a result says so."""
    with transaction.atomic():
        if VerificationRun.objects.filter(pk=run.pk, is_open=True).update(is_open=False):
            keep_result(
                actor=run.asked_by,
                trigger=Trigger(run.trigger),
                done=Everything(began_at=run.started_at or run.asked_at),
                problem=sentence,
            )
