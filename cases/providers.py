"""What the clinical record asks of the apps above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hematovision.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from cases.models import Case
    from cases.quality import PoorField


@Provider
def blinded_opinions_owed(user: User) -> QuerySet[Any, UUID] | tuple[UUID, ...]:
    """The ids of the cases on which `user` owes a blinded second opinion; answered by `consult` as a query, else none."""
    return ()


@Provider
def blinded_opinion_address(user: User, case_id: UUID) -> str:
    """The address of the page where `user` gives the blinded second opinion they owe; answered by `consult`, else empty."""
    return ""


@Provider
def is_reopened_for(user: User, case: Case) -> bool:
    """Whether a closed case was opened again for `user` to correct; answered by `review`, else no."""
    return False


@Provider
def waiting_for_acknowledgement(cases: Iterable[Case]) -> frozenset[UUID]:
    """The ids of those of `cases` whose signed report no clinic acknowledged yet; answered by `inbox`, else none."""
    return frozenset()


@Provider
def signed_report_address(case: Case, form: str) -> str:
    """The address of the signed report as `form` (`page` or `csv`); answered by `reports`, else empty: there is none."""
    return ""


@Provider
def cases_without_result() -> QuerySet[Any, UUID] | tuple[UUID, ...]:
    """The ids of the cases whose standing report gives no result, their specimen being insufficient; answered by `reports`, else none."""
    return ()


@Provider
def poor_fields(case: Case) -> Sequence[PoorField]:
    """The fields of `case` whose quality the last analysis found poor, in order; answered by `classifier`, else none."""
    return ()
