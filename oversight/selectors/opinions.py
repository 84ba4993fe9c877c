"""How two reviewers of the same cells agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from consult.kappa import cohens_kappa
from consult.models import Comparison, SecondOpinion

if TYPE_CHECKING:
    from accounts.models import User
    from consult.kappa import Agreement


@dataclass(frozen=True, slots=True)
class WithColleagues:
    """The reviewer against their colleagues, over second opinions given blinded and over all of them."""

    opinions: int
    blind: Agreement
    every: Agreement


def agreement_with_colleagues(user: User) -> WithColleagues:
    """Compare `user` with the colleagues of answered second opinions, asked by or of them.

    Only cells that a person had reviewed before the colleague did: the model's label is nobody's decision.
    """
    opinions = SecondOpinion.objects.visible_to(user).filter(
        Q(asked_by=user) | Q(colleague=user), answered_at__isnull=False
    )
    rows = list(
        Comparison.objects.filter(opinion__in=opinions, first_read=True).select_related("opinion").order_by("pk")
    )
    return WithColleagues(
        opinions=len({row.opinion_id for row in rows}),
        blind=cohens_kappa((row.first, row.second) for row in rows if row.opinion.blind and row.second),
        every=cohens_kappa((row.first, row.second) for row in rows if row.second),
    )
