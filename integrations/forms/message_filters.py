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
        except ValueError:
            day = None
        return cls(
            connection=uuid_or_none(query.get("connection", "")),
            state=state if state in STATES else "",
            day=day,
            accession_number=query.get("accession_number", "").strip()[:_LONGEST],
            control_id=query.get("control_id", "").strip()[:_LONGEST],
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered on."""
        return bool(self.connection or self.state or self.day or self.accession_number or self.control_id)

    def apply(self, messages: MessageQuerySet) -> MessageQuerySet:
        """Apply every filter; newest first."""
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
            messages = messages.filter(case__accession_number=self.accession_number)
        if self.control_id:
            messages = messages.filter(control_id=self.control_id)
        return messages.order_by("-id")
