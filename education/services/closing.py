"""When an attempt takes no more answers, and how that is said."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from education.models import SetState
from hematovision.dates import in_utc
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from education.models import Attempt


def closed_refusal(attempt: Attempt, moment: dt.datetime) -> Conflict | None:
    """Why the set of `attempt` takes no answers at `moment`, with the time; None while it does."""
    closes_at = attempt.closes_at
    if closes_at is not None and closes_at <= moment:
        return Conflict(
            _("This set closed on %(when)s. Nothing is answered in it any more.") % {"when": in_utc(closes_at)},
            code="closed",
            details={"closed_at": closes_at.isoformat()},
        )
    if attempt.teaching_set.state != SetState.OPEN:
        return Conflict(_("This set is not open. Nothing is answered in it."), code="closed")
    return None
