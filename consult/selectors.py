"""Reads of second opinions and threads that pages and other apps share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Role, User
from cases.models import Case, Cell
from cases.states import CaseState
from consult.kappa import Agreement, cohens_kappa
from consult.models import Adjudication, Comment, Comparison, OpinionLabel, SecondOpinion
from consult.permissions import gives_opinions
from consult.reading import BY_READING, reading_of
from review.models import ReviewLease
from review.services.guards import open_amendment_of, reads_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.cell_classes import CellClass
    from consult.models import SecondOpinionQuerySet

_NEVER_READ = frozenset({CaseState.DRAFT, CaseState.CANCELLED, CaseState.WITHDRAWN})


def open_opinions(case: Case) -> SecondOpinionQuerySet:
    """Return the second opinions of `case` that are not settled: asked, or answered with differences left.

    Sign checks ask this: while one is open, what is signed may still change.
    """
    return SecondOpinion.objects.filter(case=case).open().select_related("colleague", "asked_by")


def opinions_of(case: Case, user: User) -> SecondOpinionQuerySet:
    """Return the opinions on `case` that `user` may see, newest first."""
    opinions = SecondOpinion.objects.visible_to(user).filter(case=case)
    return opinions.select_related("colleague", "asked_by", "settled_by")


def comments_of(case: Case, user: User, *, cell: Cell | None = None) -> QuerySet[Comment]:
    """Return the thread of `case` (or of one cell) as `user` may see it, oldest first."""
    comments = Comment.objects.visible_to(user).filter(case=case).select_related("by", "cell__image")
    if cell is not None:
        comments = comments.filter(cell=cell)
    return comments.prefetch_related("mentions")


def is_open_for_talk(case: Case) -> bool:
    """Whether comments and opinions may be written: not after sign-out, unless the case was opened again."""
    if case.is_signed:
        return open_amendment_of(case) is not None
    return case.state not in _NEVER_READ


def may_comment(user: User, case: Case) -> bool:
    """Whether `user` may add to the thread now."""
    return gives_opinions(user) and reads_for(user, case) and is_open_for_talk(case) and not owes_blind(user, case)


def owes_blind(user: User, case: Case) -> bool:
    """Whether `user` is reading `case` blind, so that everything said about it is kept from them."""
    return SecondOpinion.objects.being_read_blind_by(user).filter(case=case).exists()


def is_first_reader(user: User, case: Case) -> bool:
    """Whether `user` is the one who reads and will sign `case`: its owner in review, or who amends it."""
    if not reads_for(user, case):
        return False
    if case.state == CaseState.IN_REVIEW:
        return case.owner_id == user.pk
    if not case.is_signed:
        return False
    amendment = open_amendment_of(case)
    if amendment is None:
        return False
    holder = ReviewLease.objects.filter(case=case).values_list("holder_id", flat=True).first()
    return user.pk == (holder or amendment.opened_by_id)


def may_ask(user: User, case: Case) -> bool:
    """Whether `user` may ask for a second opinion now."""
    return gives_opinions(user) and is_first_reader(user, case)


def colleagues_of(user: User, case: Case) -> QuerySet[User]:
    """Return who can be asked or mentioned: the other pathologists of the case's laboratory."""
    return User.objects.filter(organisation_id=case.laboratory_id, role=Role.PATHOLOGIST, is_active=True).exclude(
        pk=user.pk
    )


def latest_labels(opinion: SecondOpinion) -> dict[UUID, OpinionLabel]:
    """Return the colleague's standing label of each cell, by cell id; cells without one are absent."""
    # Rows come in the order they were written, so the last of a cell is the one that stays.
    newest = {row.cell_id: row for row in opinion.labels.order_by("id")}
    return {pk: row for pk, row in newest.items() if row.code}


def asked_cells(opinion: SecondOpinion) -> list[Cell]:
    """Return the cells of the question in its order, without those that a later reading of the image replaced."""
    rows = opinion.asked_cells.select_related("cell__image").order_by("position")
    return [row.cell for row in rows if not row.cell.superseded and not row.cell.removed]


@dataclass(frozen=True, slots=True)
class Difference:
    """One compared cell as a page shows it; `moot` where the cell has left the reading since."""

    comparison: Comparison
    cell: Cell
    first: CellClass
    second: CellClass
    adjudication: Adjudication | None
    now: CellClass
    moot: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to decide."""
        return self.adjudication is not None or self.moot

    @property
    def settled_as(self) -> CellClass | None:
        """What it was settled as."""
        return BY_READING[self.adjudication.code] if self.adjudication is not None else None


@dataclass(frozen=True, slots=True)
class OpinionResult:
    """An answered opinion: the cells on which the two differ, and how far they agree.

    `agreement` is over the cells both had read; `unread` were the machine's alone when the answer came.
    """

    compared: int
    differences: list[Difference]
    agreement: Agreement
    unread: int
    pairs: dict[tuple[str, str], int]

    @property
    def outstanding(self) -> int:
        """How many differences wait to be settled."""
        return sum(not each.is_settled for each in self.differences)


def result_of(opinion: SecondOpinion) -> OpinionResult:
    """Return what an answered opinion found."""
    rows = list(opinion.comparisons.select_related("cell__image", "adjudication").order_by("position"))
    pairs = [(row.first, row.second) for row in rows if row.first_read]
    counts: dict[tuple[str, str], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    return OpinionResult(
        compared=len(rows),
        differences=[_difference(row) for row in rows if row.differs],
        agreement=cohens_kappa(pairs),
        unread=len(rows) - len(pairs),
        pairs=counts,
    )


def outstanding_of(opinion: SecondOpinion) -> int:
    """Return how many differences of an answered opinion wait to be settled."""
    rows: Iterable[Comparison] = opinion.comparisons.select_related("cell").filter(adjudication__isnull=True)
    return sum(row.differs and not _is_gone(row.cell) for row in rows)


def _difference(row: Comparison) -> Difference:
    # The reverse of a one-to-one raises where there is none, also when it was joined.
    settled = row.adjudication if hasattr(row, "adjudication") else None
    return Difference(
        comparison=row,
        cell=row.cell,
        first=BY_READING[row.first],
        second=BY_READING[row.second],
        adjudication=settled,
        now=BY_READING[reading_of(row.cell)],
        moot=settled is None and _is_gone(row.cell),
    )


def _is_gone(cell: Cell) -> bool:
    return cell.superseded or cell.removed
