"""What a report without a result says in the places of one: of an insufficient specimen, and once it was withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from reports.models import Insufficiency
from reports.selectors.case_evidence import decimal_text

if TYPE_CHECKING:
    from cases.models import Case
    from reports.models import ReportDraft


def insufficient_of(draft: ReportDraft) -> dict[str, str] | None:
    """Why there is no differential, as the draft says it; None where there is one."""
    if not draft.insufficient:
        return None
    label = str(Insufficiency(draft.insufficient).label)
    return {"code": draft.insufficient, "label": label, "words": draft.insufficient_words.strip()}


def without_models() -> dict[str, Any]:
    """What a report without a differential says of models: nothing that one suggested is part of it."""
    return {"camera": "", "models": [], "statement": _("No cell is counted or named in this report.")}


def without_result(case: Case, insufficient: dict[str, str] | None) -> dict[str, Any]:
    """A withdrawn report and one of an insufficient specimen have no result: nobody may take one from it."""
    return {
        "erythroblasts": 0,
        "erythroblasts_per_100": "",
        "excluded": 0,
        "limited": False,
        "n": 0,
        "platelets": 0,
        "remark": _("Insufficient for a differential.")
        if insufficient is not None
        else _("Withdrawn: there is no result."),
        "rows": [],
        "unidentified": 0,
        # As it was received: it was not counted on the smear.
        "wbc": decimal_text(case.wbc, 2) if insufficient is not None else "",
    }
