"""One number that stands for an action with all its decisions: written into the audit trail, checked against it.

A decision changed in the database with its guards taken off no longer gives the SHA-256 that the audit trail keeps.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from review.models import Decision, ReviewAction


def action_digest(action: ReviewAction, decisions: Iterable[Decision]) -> str:
    """Return SHA-256 (hex) over the canonical JSON of an action and its decisions, in whatever order they come."""
    content = {
        "id": str(action.pk),
        "case": str(action.case_id),
        "number": action.number,
        "by": str(action.by_id),
        "kind": str(action.kind),
        "at": action.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "reason_code": action.reason_code,
        "reason": action.reason,
        "undoes": str(action.undoes_id or ""),
        "decisions": sorted(
            (
                {
                    "cell": str(decision.cell_id),
                    "before": decision.before,
                    "after": decision.after,
                    "ai_label": decision.ai_label,
                    "ai_score": decision.ai_score,
                    "model_version": str(decision.model_version_id or ""),
                    # Left out where it was not told, so that the digest of an older decision is what it was.
                    **({} if decision.displayed is None else {"displayed": decision.displayed}),
                }
                for decision in decisions
            ),
            key=lambda row: row["cell"],
        ),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
