"""What narrows the list of messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from hematovision.forms import uuid_or_none
from integrations.models import STUCK_STATES, WAITING_STATES, MessageState

if TYPE_CHECKING:
    import uuid

    from django.http import QueryDict

    from accounts.models import Organisation
    from integrations.models import MessageQuerySet

_STUCK = "stuck"
STATES = {
    "": (_("All"), ()),
    _STUCK: (_("Wait for a person"), STUCK_STATES),
    "waiting": (_("Wait to be sent"), WAITING_STATES),
    **{str(state.value): (state.label, (state,)) for state in MessageState},
}
_LONGEST = 199


@dataclass(frozen=True)
class MessageFilters:
    """The filters of the list as its address carries them; what is not understood is ignored."""

    connection: uuid.UUID | None
    state: str
    day: dt.date | None
    accession_number: str
    control_id: str

    @classmethod
    def from_query(cls, query: QueryDict) -> MessageFilters:
        """Read the filters from a query string."""
        state = query.get("state", "")
        try:
            day = dt.date.fromisoformat(query.get("day", ""))
            _ = day + dt.timedelta(days=1)
        except (ValueError, OverflowError):  # the last day of the calendar has no end
            day = None
        return cls(
            connection=uuid_or_none(query.get("connection", "")),
            state=state if state in STATES else "",
            day=day,
            accession_number=_text_of(query, "accession_number"),
            control_id=_text_of(query, "control_id"),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered on."""
        return bool(self.connection or self.state or self.day or self.accession_number or self.control_id)

    def apply(self, messages: MessageQuerySet, laboratory: Organisation | None) -> MessageQuerySet:
        """Apply every filter; newest first. Accession numbers are those of `laboratory`."""
        if self.connection:
            messages = messages.filter(connection=self.connection)
        if self.state == _STUCK:
            messages = messages.stuck()
        elif self.state:
            messages = messages.filter(state__in=STATES[self.state][1])
        if self.day:
            start = dt.datetime.combine(self.day, dt.time(), tzinfo=dt.UTC)
            messages = messages.filter(created_at__gte=start, created_at__lt=start + dt.timedelta(days=1))
        if self.accession_number:
            messages = messages.filter(case__laboratory=laboratory, case__accession_number=self.accession_number)
        if self.control_id:
            messages = messages.filter(control_id=self.control_id)
        return messages.order_by("-id")


def _text_of(query: QueryDict, name: str) -> str:
    """What was typed; PostgreSQL keeps no null characters, and would fail where it should find nothing."""
    return query.get(name, "").replace("\x00", "\N{REPLACEMENT CHARACTER}").strip()[:_LONGEST]
