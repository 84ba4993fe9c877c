"""What the review asks of the apps above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hematovision.providers import Provider

if TYPE_CHECKING:
    from cases.models import Case

PreviousDifferential = dict[str, Any]
"""`{"signed_at": iso, "report": id, "n": int, "rows": [{"code", "count", "percent"}]}` of an earlier signed case."""


@Provider
def previous_differential(case: Case) -> PreviousDifferential | None:
    """The last signed differential of the patient before `case`; answered by `reports`, else None: there is none."""
    return None
