"""Which files of which cases a purge removes, after how long, and what stands against it. Nothing is on by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from calibration.models import CalibrationRun, Proposal, ProposalState
from calibration.models.run import OPEN_STATES as CALIBRATING
from cases.models import Case, CaseTransition, LegalHold, PurgeRule, SmearImage
from cases.states import NEVER_REPORTED_STATES, SIGNED_STATES, CaseState
from classifier.models import Explanation, ExplanationState
from consult.models import SecondOpinion
from inbox.models import Delivery
from oversight.periods import days_given
from review.models import Amendment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import Model, QuerySet
    from django.utils.functional import _StrPromise

    from cases.models import CaseQuerySet

VARIABLE = "HEMATOVISION_PURGE_DAYS"
FEWEST_DAYS = 30
"""A shorter period would meet cases that people still correct, move and acknowledge."""

STATES: Mapping[PurgeRule, frozenset[CaseState]] = {
    PurgeRule.SIGNED_ORIGINALS: SIGNED_STATES,
    PurgeRule.SIGNED_IMAGES: SIGNED_STATES,
    PurgeRule.CANCELLED_IMAGES: NEVER_REPORTED_STATES,
    PurgeRule.WITHDRAWN_IMAGES: frozenset({CaseState.WITHDRAWN}),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands against a purge of a case: a sentence, and the condition of the cases that it holds."""

    code: str
    sentence: str | _StrPromise
    holds: Q


def periods() -> dict[PurgeRule, timedelta]:
    """The rules that are on and how long after its last step a case falls under each.

    Raises `Unprocessable` where the setting names something else, or a period under 30 days.
    """
    known = {rule.value for rule in STATES}
    given = days_given(VARIABLE, settings.PURGE_DAYS, known=known, fewest=FEWEST_DAYS)
    return {rule: timedelta(days=given[rule.value]) for rule in STATES if rule.value in given}


def obstacles() -> list[Obstacle]:
    """Everything that holds a case, whatever its age."""
    calibrated = SmearImage.objects.filter(
        Q(microscope__in=CalibrationRun.objects.filter(state__in=CALIBRATING).values("microscope"))
        | Q(microscope__in=Proposal.objects.filter(state=ProposalState.WAITING).values("microscope"))
    )
    drawn = Explanation.objects.filter(state=ExplanationState.WAITING)
    return [
        Obstacle("legal_hold", _("A legal hold is in force."), _of_case(LegalHold.objects.in_force())),
        Obstacle("unacknowledged", _("A report waits for its acknowledgement."), _of_case(Delivery.objects.waiting())),
        Obstacle("amendment", _("A correction is open."), _of_case(Amendment.objects.filter(outcome=""))),
        Obstacle("second_opinion", _("A second opinion is open."), _of_case(SecondOpinion.objects.open())),
        Obstacle("calibration", _("A calibration of its microscope is under way."), _of_case(calibrated)),
        Obstacle(
            "analysis",
            _("An analysis or an explanation of its images is under way."),
            _of_case(SmearImage.objects.unfinished()) | _of_case(drawn, "cell__image__case"),
        ),
    ]


def past_period(rule: PurgeRule, before: datetime) -> CaseQuerySet:
    """The cases of `rule` that took their last step before a moment and of which it has something left to remove."""
    later = CaseTransition.objects.filter(case=OuterRef("pk"), at__gte=before)
    left = Q(original_purged_at__isnull=True)
    if rule.takes_what_is_shown:
        left |= Q(shown_purged_at__isnull=True)
    images = SmearImage.objects.filter(left, case=OuterRef("pk"))
    return Case.objects.filter(~Exists(later), Exists(images), state__in=STATES[rule])


def never_submitted(before: datetime) -> CaseQuerySet:
    """The drafts with images that nothing happened to since a moment: open, so that nobody but their clinic lets them go."""
    images = SmearImage.objects.filter(case=OuterRef("pk"), original_purged_at__isnull=True)
    return Case.objects.filter(Exists(images), state=CaseState.DRAFT, updated_at__lt=before)


def nothing_holds() -> Q:
    """The condition of the cases against whose purge nothing stands."""
    condition = Q()
    for obstacle in obstacles():
        condition &= ~obstacle.holds
    return condition


def _of_case(rows: QuerySet[Model], path: str = "case") -> Q:
    return Q(Exists(rows.order_by().filter(**{path: OuterRef("pk")})))
