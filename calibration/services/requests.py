"""Asking for a proposal or a calibration: a row first, a message after it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from calibration.models import CalibrationRun, Proposal, ProposalState
from calibration.models.run import OPEN_STATES
from calibration.permissions import must_calibrate
from classifier.models import ModelVersion
from hematovision.celery import hint_on_commit
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User
    from microscopes.models import Microscope

PROPOSE_CELLS = "calibration.tasks.propose_cells"
RUN_CALIBRATIONS = "calibration.tasks.run_calibrations"
#: A waiting proposal is announced again after this long: its message may be gone.
ASK_AGAIN_AFTER = timedelta(seconds=30)


def ask_for_proposal(*, actor: User, microscope: Microscope) -> Proposal:
    """Ask which cells of `microscope` to label next; asking while one is waited for gives that one.

    Raises as `must_calibrate`, and `Conflict` where no model is in use.
    """
    must_calibrate(actor=actor, microscope=microscope)
    _model_in_use()
    now = timezone.now()
    with transaction.atomic():
        proposal, created = Proposal.objects.get_or_create(
            microscope=microscope,
            state=ProposalState.WAITING,
            defaults={"asked_by": actor, "asked_at": now},
        )
        if not created and now - proposal.asked_at < ASK_AGAIN_AFTER:
            return proposal
        if created:
            record(actor=actor, action=Action.RUN_AI, target=proposal, after={"microscope": str(microscope.pk)})
        hint_on_commit(PROPOSE_CELLS, proposal.pk)
    return proposal


def ask_for_calibration(*, actor: User, microscope: Microscope) -> CalibrationRun:
    """Ask for a calibration of the model in use by the labelled cells of `microscope`; the row keeps who asked.

    Raises as `must_calibrate`, and `Conflict` where one is under way or no model is in use.
    """
    must_calibrate(actor=actor, microscope=microscope)
    run = CalibrationRun(microscope=microscope, parent=_model_in_use(), requested_by=actor, queued_at=timezone.now())
    under_way = Conflict(_("A calibration for this microscope is under way."), code="under_way")
    if CalibrationRun.objects.filter(microscope=microscope, state__in=OPEN_STATES).exists():
        raise under_way
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            record(
                actor=actor,
                action=Action.MODEL_CHANGE,
                target=run,
                laboratory_id=microscope.laboratory_id,
                after={"calibrate": str(run.parent), "microscope": str(microscope.pk)},
            )
            hint_on_commit(RUN_CALIBRATIONS)
    except IntegrityError as error:
        # Two people at once: the other one was first.
        raise under_way from error
    return run


def _model_in_use() -> ModelVersion:
    version = ModelVersion.objects.active()
    if version is None:
        raise Conflict(_("No model is in use, so there is none to calibrate."), code="no_model")
    return version
