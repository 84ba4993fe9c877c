"""Re-analysing a case with the model that came into use since; it keeps its model until its reviewer accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.permissions import may_review_cases, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.states import CLOSED_STATES, CaseState, ImageState
from classifier.selectors import current_analyses, models_on
from classifier.services.requeueing import reanalyse_image, requeue_image
from hematovision.errors import Conflict
from review.permissions import NOT_A_REVIEWER, require_reviewer
from review.services.guards import require_lease
from review.services.undo import last_number

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case, SmearImage


def accept_newer_model(*, actor: User, case: Case) -> int:
    """Have the images of a case in review re-analysed by the model that answers for each now; returns how many.

    What people decided stays: labels, exclusions and flags hold on boxes that match, and undo does not reach back
    beyond it. Raises `NotFound`,
    `PermissionRefused`, or `Conflict`: code `signed` and `state` unless in review, `lease_lost`, `up_to_date` where
    those models have analysed everything, `still_reading` while an analysis of the case is under way.
    """
    require_reviewer(actor=actor, case=case)
    with transaction.atomic():
        lock_case(case)
        if case.state != CaseState.IN_REVIEW:
            code = "signed" if case.is_signed else "state"
            raise Conflict(_("Only a case in review is re-analysed."), code=code, details={"state": str(case.state)})
        lease = require_lease(actor=actor, case=case)
        if case.images.counting().unfinished().exists():
            raise Conflict(_("Images of this case are still being analysed."), code="still_reading")
        analyses = current_analyses(case)
        images = list(case.images.counting().filter(state=ImageState.ANALYSED).order_by("ordinal"))
        in_use = models_on(image.microscope_id for image in images)
        older = [
            (image, version)
            for image in images
            if (version := in_use[image.microscope_id]) is not None
            and image.pk in analyses
            and analyses[image.pk].model_version != version
        ]
        if not older:
            raise Conflict(_("The model in use has analysed this case already."), code="up_to_date")
        before = sorted({str(analyses[image.pk].model_version) for image, _ in older})
        for image, version in older:
            image.case = case
            reanalyse_image(actor=actor, image=image, version=version)
        # Undo stops here: what it would put back is what another model had said.
        lease.since_number = last_number(case)
        lease.save(update_fields=["since_number"])
        record(
            actor=actor,
            action=Action.RUN_AI,
            target=case,
            before={"models": before},
            after={"models": sorted({str(version) for _, version in older}), "images": len(older)},
            **scope_of(case),
        )
    return len(older)


def retry_image(*, actor: User, image: SmearImage) -> SmearImage:
    """Have a failed image of an open case analysed again, with its attempts at nought.

    Raises `NotFound`, `PermissionRefused`, or `Conflict` for an image that has not failed or a case that is closed.
    """
    must_see(actor=actor, record_=image)
    case = image.case
    if not (may_review_cases(actor) and actor.organisation_id == case.laboratory_id):
        refuse(actor=actor, target=image, sentence=NOT_A_REVIEWER)
    with transaction.atomic():
        lock_case(case)
        if case.state in CLOSED_STATES or case.state == CaseState.DRAFT:
            sentence = _("The case is %(state)s: its images are not analysed again.") % {
                "state": case.get_state_display().lower()
            }
            raise Conflict(sentence, code="state", details={"state": str(case.state)})
        image.refresh_from_db(fields=["state"])
        if image.state != ImageState.FAILED:
            sentence = _("The image is %(state)s: only failed ones are tried again.") % {
                "state": image.get_state_display().lower()
            }
            raise Conflict(sentence, code="state", details={"state": str(image.state)})
        requeue_image(actor=actor, image=image, reason="Tried again from the page of the case.")  # not translated
    image.refresh_from_db()
    return image
