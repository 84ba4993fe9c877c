"""What a report says of the work behind it: what people decided, and what the model did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
        parts.append(
            f"{single} {'cell was' if single == 1 else 'cells were'} reviewed one by one, {len(bulk)} in bulk."
        )
        untold = len(decided) - shown
        parts.append(
            f"For {untold} of them there is no record that the cell was displayed."
            if untold
            else "Each was displayed on the reviewer's screen."
        )
    return {"displayed": shown, "in_bulk": len(bulk), "one_by_one": single, "statement": " ".join(parts)}


def model_statement(evidence: CaseEvidence) -> str:
    """Return what the model did and what people made of it, in sentences for the recipient of the report."""
    suggested = [cell for cell in evidence.cells if cell["ai"] is not None and not cell["removed"]]
    added = sum(cell["added"] for cell in evidence.cells)
    removed = sum(cell["removed"] for cell in evidence.cells)
    if not evidence.models:
        return "No model took part: every cell was found and named by a person."
    names = " and ".join(f"{model['name']} {model['version']}" for model in evidence.models)
    changed = sum(
        cell["excluded"] or cell["label"] != cell["ai"]["label"] or not cell["ai"]["identified"] for cell in suggested
    )
    parts = [
        f"Cells were detected and a class was suggested for each by {names}.",
        f"Of {len(suggested)} suggestions a person changed, named or excluded {changed} and confirmed {len(suggested) - changed}.",
    ]
    if added:
        parts.append(f"{added} missed {'cell was' if added == 1 else 'cells were'} added by hand.")
    if removed:
        parts.append(f"{removed} false {'detection was' if removed == 1 else 'detections were'} removed.")
    return " ".join(parts)
