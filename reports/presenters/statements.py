"""What a report says of the work behind it: what people decided, and what the model did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from reports.selectors.case_evidence import CaseEvidence


def review_of(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how people decided on the cells: one at a time or several at once, and which were displayed before."""
    decided = [cell for cell in cells if cell["decided_together"] and not cell["removed"]]
    bulk = [cell for cell in decided if cell["decided_together"] > 1]
    shown = sum(cell["displayed"] is True for cell in decided)
    single = len(decided) - len(bulk)
    parts = []
    if decided:
        sentence = ngettext(
            "%(single)s cell was reviewed one by one, %(bulk)s in bulk.",
            "%(single)s cells were reviewed one by one, %(bulk)s in bulk.",
            single,
        )
        parts.append(sentence % {"single": single, "bulk": len(bulk)})
        untold = len(decided) - shown
        parts.append(
            _("For %(number)s of them there is no record that the cell was displayed.") % {"number": untold}
            if untold
            else _("Each was displayed on the reviewer's screen.")
        )
    return {"displayed": shown, "in_bulk": len(bulk), "one_by_one": single, "statement": " ".join(parts)}


def model_statement(evidence: CaseEvidence) -> str:
    """Return what the model did and what people made of it, in sentences for the recipient of the report."""
    suggested = [cell for cell in evidence.cells if cell["ai"] is not None and not cell["removed"]]
    added = sum(cell["added"] for cell in evidence.cells)
    removed = sum(cell["removed"] for cell in evidence.cells)
    if not evidence.models:
        return _("No model took part: every cell was found and named by a person.")
    names = _(" and ").join(f"{model['name']} {model['version']}" for model in evidence.models)
    changed = sum(
        cell["excluded"] or cell["label"] != cell["ai"]["label"] or not cell["ai"]["identified"] for cell in suggested
    )
    parts = [
        _("Cells were detected and a class was suggested for each by %(models)s.") % {"models": names},
        _("Of %(suggested)s suggestions a person changed, named or excluded %(changed)s and confirmed %(confirmed)s.")
        % {"suggested": len(suggested), "changed": changed, "confirmed": len(suggested) - changed},
    ]
    if added:
        sentence = ngettext(
            "%(number)s missed cell was added by hand.", "%(number)s missed cells were added by hand.", added
        )
        parts.append(sentence % {"number": added})
    if removed:
        sentence = ngettext(
            "%(number)s false detection was removed.", "%(number)s false detections were removed.", removed
        )
        parts.append(sentence % {"number": removed})
    return " ".join(parts)
