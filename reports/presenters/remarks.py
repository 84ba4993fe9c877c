"""What must be printed beside the percentages, in the language that is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from cases.differential import Differential


def remark_on(found: Differential) -> str:
    """Return what is said of so few cells as were counted; empty where they are enough (see `Differential.remark`)."""
    if found.n == 0:
        return _("No white cells counted.")
    if not found.is_differential:
        return _("One cell: a cell result, not a differential.")
    return _("Limited count: %(number)s leukocytes.") % {"number": found.n} if found.is_limited else ""
