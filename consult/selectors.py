"""Queries over second opinions and threads that pages and other apps share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.models import Role, User
from cases.blinding import is_closed, is_reviewed_blinded
from cases.cell_classes import UNIDENTIFIED
from cases.models import Case, Cell, LabelSource
from cases.states import CaseState
from consult.cell_labels import CLASS_OF_CODE, code_of
from consult.kappa import Agreement, cohens_kappa
from consult.models import Adjudication, ClinicThread, Comment, Comparison, OpinionLabel, OpinionScope, SecondOpinion
from consult.permissions import answers_clinic_thread, gives_opinions, leads_clinic_thread
from review.models import ReviewLease
from review.permissions import may_review
from review.selectors import open_amendment_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.cell_classes import CellClass
    from cases.models import CellQuerySet
    from consult.models import SecondOpinionQuerySet

_NEVER_READ = frozenset({CaseState.DRAFT, CaseState.CANCELLED, CaseState.REJECTED, CaseState.WITHDRAWN})


def open_opinions(case: Case) -> SecondOpinionQuerySet:
    """Return the second opinions of `case` that are not adjudicated: asked, or answered with differences left.

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


def clinic_threads_of(case: Case, user: User) -> list[ClinicThread]:
    """Return the threads of `case` with its clinic that `user` may read, oldest first, with their entries."""
    threads = ClinicThread.objects.visible_to(user).filter(case=case).select_related("opened_by", "closed_by")
    return list(threads.prefetch_related("entries__by"))


def may_write_to_clinic_thread(user: User, case: Case) -> bool:
    """Whether `user` may write now: the laboratory begins, the clinic answers while the thread is open."""
    if leads_clinic_thread(user, case):
        return True
    return answers_clinic_thread(user, case) and ClinicThread.objects.open().filter(case=case).exists()


def is_open_for_talk(case: Case) -> bool:
    """Whether comments and opinions may be written: not after sign-out, unless the case was opened again."""
    if case.is_signed:
        return open_amendment_of(case) is not None
    return case.state not in _NEVER_READ


def may_comment(user: User, case: Case) -> bool:
    """Whether `user` may add to the thread now."""
    return gives_opinions(user) and may_review(user, case) and is_open_for_talk(case) and not is_closed(user, case)


def blinded_opinions_owed(user: User) -> QuerySet[SecondOpinion, UUID]:
    """Return the ids of the cases on which `user` owes a blinded opinion."""
    return SecondOpinion.objects.owed_blinded_by(user).order_by().values_list("case_id", flat=True)


def blinded_opinion_address(user: User, case_id: UUID) -> str:
    """Return where `user` gives the blinded opinion they owe on a case, or nothing where they owe none."""
    owed = SecondOpinion.objects.owed_blinded_by(user).filter(case=case_id).values_list("pk", flat=True).first()
    return reverse("consult:opinion", args=[owed]) if owed else ""


def is_reviewer_of(user: User, case: Case) -> bool:
    """Whether `user` reviews and will sign `case`: its owner in review, or who amends it."""
    if not may_review(user, case):
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
    return gives_opinions(user) and is_reviewer_of(user, case)


def colleagues_of(user: User, case: Case) -> QuerySet[User]:
    """Return who can be asked or mentioned: the other pathologists of the case's laboratory."""
    return User.objects.filter(organisation_id=case.laboratory_id, role=Role.PATHOLOGIST, is_active=True).exclude(
        pk=user.pk
    )


def cells_in_scope(case: Case, scope: str) -> CellQuerySet:
    """Return the cells that a question of `scope` would be about.

    Where the laboratory reviews blinded, unidentified are those a person left so: the others would be the model's word.
    """
    cells = Cell.objects.current().filter(image__case=case, removed=False)
    if scope == OpinionScope.FLAGGED:
        return cells.filter(flagged=True)
    if scope == OpinionScope.UNIDENTIFIED:
        cells = cells.filter(excluded=False, label__in=["", UNIDENTIFIED])
        return cells.filter(label_source=LabelSource.HUMAN) if is_reviewed_blinded(case) else cells
    return cells


def latest_labels(opinion: SecondOpinion) -> dict[UUID, OpinionLabel]:
    """Return the colleague's standing label of each cell, by cell id; cells without one are absent."""
    # Rows come in the order they were written, so the last of a cell is the one that stays.
    newest = {row.cell_id: row for row in opinion.labels.order_by("id")}
    return {pk: row for pk, row in newest.items() if row.code}


def asked_cells(opinion: SecondOpinion) -> list[Cell]:
    """Return the cells of the question in its order, without those that a later analysis of the image replaced."""
    rows = opinion.asked_cells.select_related("cell__image").order_by("position")
    return [row.cell for row in rows if not row.cell.superseded and not row.cell.removed]


@dataclass(frozen=True, slots=True)
class Difference:
    """One compared cell as a page shows it; `moot` where the cell has left the analysis since."""

    comparison: Comparison
    cell: Cell
    first: CellClass
    second: CellClass
    adjudication: Adjudication | None
    now: CellClass
    moot: bool

    @property
    def is_adjudicated(self) -> bool:
        """Whether nothing is left to decide."""
        return self.adjudication is not None or self.moot

    @property
    def adjudicated_as(self) -> CellClass | None:
        """What it was adjudicated as."""
        return CLASS_OF_CODE[self.adjudication.code] if self.adjudication is not None else None


@dataclass(frozen=True, slots=True)
class OpinionResult:
    """An answered opinion: the cells on which the two differ, and how far they agree.

    `agreement` is over the cells both had reviewed; `unread` were the model's alone when the answer came.
    """

    compared: int
    differences: list[Difference]
    agreement: Agreement
    unread: int
    pairs: dict[tuple[str, str], int]

    @property
    def outstanding(self) -> int:
        """How many differences wait to be adjudicated."""
        return sum(not each.is_adjudicated for each in self.differences)


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
    """Return how many differences of an answered opinion wait to be adjudicated."""
    rows: Iterable[Comparison] = opinion.comparisons.select_related("cell").filter(adjudication__isnull=True)
    return sum(row.differs and not _is_gone(row.cell) for row in rows)


def _difference(row: Comparison) -> Difference:
    # The reverse of a one-to-one raises where there is none, also when it was joined.
    adjudicated = row.adjudication if hasattr(row, "adjudication") else None
    return Difference(
        comparison=row,
        cell=row.cell,
        first=CLASS_OF_CODE[row.first],
        second=CLASS_OF_CODE[row.second],
        adjudication=adjudicated,
        now=CLASS_OF_CODE[code_of(row.cell)],
        moot=adjudicated is None and _is_gone(row.cell),
    )


def _is_gone(cell: Cell) -> bool:
    return cell.superseded or cell.removed
