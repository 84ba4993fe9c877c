"""What a scanned code is: the number of a case, of a waiting order, of nothing known here yet, or of another form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.accession_pattern import LONGEST_CODE, fits
from cases.models import Case, Order
from cases.permissions import may_write_cases, refuse
from cases.services.audit_trail import record_search
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from accounts.models import Organisation, User

LONGEST_TEXT = 500
"""Symbols hold more; no label of a slide does."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code and what it was found to be. `is_number` says whether it can be the accession number of a new case."""

    code: str
    case: Case | None = None
    order: Order | None = None
    is_number: bool = False


def code_of(laboratory: Organisation, text: str) -> str:
    """Return what a symbol says without control characters, blanks around it and the start that `laboratory` leaves out."""
    code = "".join(letter for letter in text if letter.isprintable()).strip()
    return code.removeprefix(laboratory.accession_strip)


def identify_scanned(*, actor: User, text: str) -> Scanned:
    """Find what `actor` sees under a scanned code: a case, else an order of their organisation that waits.

    What exists and is not theirs is answered as what does not exist. Raises `PermissionRefused` for who opens no cases,
    `Conflict` (no laboratory), `Unprocessable` where nothing was read.
    """
    if not may_write_cases(actor):
        refuse(actor=actor, object_type="cases.case", sentence=gettext_lazy("Your role does not open cases."))
    laboratory = actor.laboratory
    if laboratory is None:
        raise Conflict(_("Your organisation refers to no laboratory that takes cases."), code="no_laboratory")
    code = code_of(laboratory, text[:LONGEST_TEXT])
    if not code:
        raise Unprocessable(_("Nothing was read."), code="nothing_read")
    found = Scanned(code, is_number=_is_number(laboratory, code))
    if len(code) <= LONGEST_CODE:
        case = Case.objects.visible_to(actor).filter(laboratory=laboratory).with_accession_number(code).first()
        order = None if case is not None else _order_numbered(actor, code)
        found = Scanned(code, case, order, found.is_number)
    record_search(
        actor=actor, object_type="cases.case", terms=["scanned_code"], found=int(bool(found.case or found.order))
    )
    return found


def _order_numbered(actor: User, code: str) -> Order | None:
    """The one order of their own organisation that waits under this number, or for this specimen; None for several."""
    waiting = Order.objects.visible_to(actor).waiting().filter(clinic=actor.organisation_id).order_by("pk")
    for number in ("placer_number", "specimen_id"):
        named = list(waiting.filter(**{number: code})[:2])
        if named:
            return named[0] if len(named) == 1 else None
    return None


def _is_number(laboratory: Organisation, code: str) -> bool:
    if not fits(laboratory.accession_pattern, code):
        return False
    try:
        Case._meta.get_field("accession_number").run_validators(code)
    except ValidationError:
        return False
    return True
