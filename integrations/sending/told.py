"""What one attempt to deliver a message came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from integrations.models import AttemptOutcome
from integrations.said import gettext_noop

if TYPE_CHECKING:
    from integrations.hl7.outgoing import Outgoing

ITS_ANSWER = gettext_noop("%(said)s Its answer was %(code)s.")
CONCERN_THE_CONNECTION = frozenset(
    {AttemptOutcome.NO_CONNECTION, AttemptOutcome.NO_ANSWER, AttemptOutcome.WRONG_ANSWER}
)


@dataclass(frozen=True, slots=True)
class Told:
    """How an attempt ended, in a sentence of our own. `patience` is how often this may be said of one message before it is refused.

    Without patience a fault concerns the connection: the receiver would have it of any message.
    """

    outcome: AttemptOutcome
    detail: str
    code: str = ""
    answer: bytes = field(default=b"", repr=False)
    patience: int = 0

    @property
    def concerns_the_connection(self) -> bool:
        """Whether the receiver was not there, or did not answer as one: no message has a better chance now."""
        return self.outcome in CONCERN_THE_CONNECTION or (self.outcome == AttemptOutcome.FAILED and not self.patience)


class Link(Protocol):
    """A way to one receiver."""

    def send(self, message: Outgoing) -> Told:
        """Deliver one message and wait for its answer."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...
