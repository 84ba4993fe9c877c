"""What is taught and learned in the world of the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from education.models import MaterialState, Source
from tests.factories.teaching import teaching_cell, teaching_field

if TYPE_CHECKING:
    from accounts.models import Organisation


def taught(near: Organisation, far: Organisation) -> dict[str, Any]:
    """Return material of both laboratories, by the names the tables use."""
    own = {"source": Source.OWN}
    return {
        "shared_cell": teaching_cell(),
        "near_cell": teaching_cell(laboratory=near, **own),
        "far_cell": teaching_cell(laboratory=far, **own),
        "near_draft": teaching_cell(laboratory=near, state=MaterialState.DRAFT, **own),
        "shared_field": teaching_field(),
    }
