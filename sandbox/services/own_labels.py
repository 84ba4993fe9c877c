"""Naming the cells first: what the sender called them, kept once, and then the answer of the model beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.cell_classes import BY_CODE
from hematovision.errors import Conflict, Unprocessable
from sandbox.models import TriedPicture, TryState

if TYPE_CHECKING:
    from collections.abc import Mapping


def keep_own_labels(*, tried: TriedPicture, labels: Mapping[int, str]) -> TriedPicture:
    """Keep what the sender calls each cell, by its number, and show them the answer; cells left out stay without a name.

    `tried` is the caller's own. Raises `Conflict` before there is an answer and where it has been shown: whoever has
    seen it names nothing first any more; `Unprocessable` for a class that does not exist.
    """
    if any(code not in BY_CODE for code in labels.values()):
        raise Unprocessable(_("There is no such class of cells."), code="unknown_class")
    known = {str(number): code for number, code in labels.items() if 1 <= number <= len(tried.cells)}
    hidden = TriedPicture.objects.filter(pk=tried.pk, state=TryState.DONE, label_first=True, revealed_at__isnull=True)
    if not hidden.update(own_labels=known, revealed_at=timezone.now()):
        raise Conflict(
            _("The answer was shown already, or is not there yet: nothing is named first now."), code="state"
        )
    tried.refresh_from_db()
    return tried
