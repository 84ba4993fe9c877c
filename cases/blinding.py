"""Blinding: may this person see what the model said about a case now? The one policy; every list and page asks here.

Two rules keep it from a pathologist:

- A laboratory may review blinded. Until its report is signed, what the model said about a cell is kept from its
  pathologists; the case itself is open to them, and they see the cells.
- Who owes a blinded second opinion judges alone: until it is given or declined the case is closed to them but for its
  images and the page of the opinion. `consult` knows who owes one and answers `cases.providers`.

Each rule is asked of one case (`is_blinded`, `is_closed`, `require_open`) or is a condition on many (`blinded_cases`,
`model_output_hidden`, `closed_cases`), so that a list asks once and not row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from accounts.models import Role
from accounts.permissions import may_see_predictions
from cases.providers import blinded_opinion_address, blinded_opinions_owed, cases_without_result
from cases.states import SIGNED_STATES
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case


class CaseClosedByBlinding(PermissionRefused, PermissionDenied):
    """The person owes a blinded second opinion on this case. `address` is where they give it.

    A refusal of the domain, which the API and scripts get as a problem document, and Django's own, which a page shows
    by `template`.
    """

    default_code = "blind"
    default_sentence = _(
        "You review this case blinded. Give your opinion or decline first; then everything about it is open to you again."
    )
    template: ClassVar[str] = "cases/closed_by_blinding.html"

    def __init__(self, *, address: str) -> None:
        super().__init__(details={"code": self.default_code})
        self.address = address


def may_see_model_output(user: Any, case: Case) -> bool:
    """Whether `user`, who may see `case`, may see what the model said about all of its cells."""
    if may_see_predictions(user, signed=False):
        return not is_blinded(user, case)
    # What nobody signed stays with the laboratory, also where the report says that there is nothing to sign.
    return case.is_signed and may_see_predictions(user, signed=True) and not is_without_result(case)


def is_without_result(case: Case) -> bool:
    """Whether the standing report of `case` says that its specimen was insufficient for a differential."""
    if not case.is_signed:
        return False
    found = cases_without_result()
    return case.pk in found if isinstance(found, tuple) else found.filter(report__case=case.pk).exists()


def is_blinded(user: Any, case: Case) -> bool:
    """Whether `user` reviews `case` without seeing what the model said about cells they have not labelled yet."""
    return _reviews_smears(user) and (is_reviewed_blinded(case) or is_closed(user, case))


def is_reviewed_blinded(case: Case) -> bool:
    """Whether whoever reviews `case` does so blinded: its laboratory works that way, and no report is signed."""
    return not case.is_signed and case.laboratory.blind_review


def is_closed(user: Any, case: Case) -> bool:
    """Whether `case` is closed to `user` because they owe a blinded second opinion on it."""
    return _is_owed(user, case.pk)


def require_open(user: Any, case: Case) -> None:
    """Raise `CaseClosedByBlinding` where `case` is closed to `user`."""
    require_open_id(user, case.pk)


def require_open_id(user: Any, case_id: UUID) -> None:
    """As `require_open`, where only the id of the case is at hand."""
    if _is_owed(user, case_id):
        raise CaseClosedByBlinding(address=blinded_opinion_address(user, case_id))


def blinded_cases(user: Any) -> Q:
    """The condition on cases that `is_blinded` for `user`."""
    if not _reviews_smears(user):
        return Q(pk__in=[])
    return Q(laboratory__blind_review=True) & ~Q(state__in=SIGNED_STATES) | closed_cases(user)


def model_output_hidden(user: Any) -> Q:
    """The condition on cases that are not `may_see_model_output` for `user`, whom they are visible to."""
    if not may_see_predictions(user, signed=True):
        return ~Q(pk__in=[])
    if may_see_predictions(user, signed=False):
        return blinded_cases(user)
    return blinded_cases(user) | ~Q(state__in=SIGNED_STATES) | Q(pk__in=cases_without_result())


def closed_cases(user: Any) -> Q:
    """The condition on cases that `is_closed` to `user`."""
    return Q(pk__in=blinded_opinions_owed(user) if _reviews_smears(user) else [])


def _reviews_smears(user: Any) -> bool:
    return getattr(user, "role", "") == Role.PATHOLOGIST


def _is_owed(user: Any, case_id: UUID) -> bool:
    if not _reviews_smears(user):
        return False
    owed = blinded_opinions_owed(user)
    return case_id in owed if isinstance(owed, tuple) else owed.filter(case=case_id).exists()
