"""An image that looks like no smear is one all the same: a pathologist says so, and it is analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.permissions import must_see, refuse
from cases.quality import quality_verdict
from cases.services.audit_trail import scope_of
from cases.services.cases import settle_case
from cases.services.transitions import lock_image
from cases.states import CLOSED_STATES, CaseState, ImageState
from classifier.models import AnalysisTrigger, ConfirmedSmear
from classifier.selectors import output_for_image
from classifier.services.requeueing import reanalyse_image
from classifier.smear_verification import confirmed_digest
from hematovision.errors import Conflict
from review.permissions import NOT_A_REVIEWER, may_review

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import SmearImage

_REASON = "A pathologist says that it is a blood smear."  # not translated


def confirm_smear(*, actor: User, image: SmearImage) -> ConfirmedSmear:
    """Have an image that was taken for something else than a smear analysed as one, now and by every later model.

    Raises `NotFound`, `PermissionRefused` for anybody but a pathologist of its laboratory, or `Conflict`: code `state` for a case that
    is no longer or not yet reviewed or an image that is not analysed, `no_doubt` for one that was not taken for something else.
    """
    must_see(actor=actor, record_=image)
    if not may_review(actor, image.case):
        refuse(actor=actor, target=image, sentence=NOT_A_REVIEWER)
    with transaction.atomic():
        lock_image(image)
        case = image.case
        if case.state in CLOSED_STATES or case.state == CaseState.DRAFT or image.state != ImageState.ANALYSED:
            sentence = _("This field is not analysed again: its case is closed or a draft, or it still waits.")
            raise Conflict(sentence, code="state", details={"state": str(case.state), "image": str(image.state)})
        analysis = output_for_image(image).analyses.get(image.pk)
        found = quality_verdict(analysis.quality) if analysis is not None else None
        if analysis is None or found is None or not found.no_smear:
            raise Conflict(_("This field was taken for a blood smear already."), code="no_doubt")
        said = ConfirmedSmear.objects.create(image=image, confirmed_by=actor, confirmed_at=timezone.now())
        record(
            actor=actor,
            action=Action.CREATE,
            target=said,
            reason=_REASON,
            after={"image": str(image.pk), "row": confirmed_digest(said)},
            **scope_of(image),
        )
        reanalyse_image(
            actor=actor, image=image, version=analysis.model_version, trigger=AnalysisTrigger.REQUEST, reason=_REASON
        )
        settle_case(case=case)
    return said
