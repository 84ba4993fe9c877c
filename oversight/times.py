"""How long something took in words, one way on all boards and their charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import datetime as dt

_HOUR, _DAY = 60, 24 * 60


def time_in_words(time: dt.timedelta) -> str:
    """Write how long something took: minutes below a day, hours from there on. Nothing takes less than a minute."""
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes >= _DAY:
        # Hours are rounded before days are taken off, so that no day has 24 of them.
        days, hours = divmod(round(minutes / 60), 24)
        values = {"days": days, "hours": hours}
        return _("%(days)s d %(hours)s h") % values if hours else _("%(days)s d") % values
    hours, minutes = divmod(minutes, _HOUR)
    values = {"hours": hours, "minutes": minutes}
    if not hours:
        return _("%(minutes)s min") % values
    return _("%(hours)s h %(minutes)s min") % values if minutes else _("%(hours)s h") % values
