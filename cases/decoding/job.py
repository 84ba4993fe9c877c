"""What is asked of a child and what it answers, as one line of JSON each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from cases.decoding.budget import Budget
from cases.imaging.decoding import ImageFacts
from cases.imaging.limits import Limits
from hematovision.errors import DomainError, TooLarge, Unprocessable, UnsupportedMedia

_REFUSALS: dict[str, type[DomainError]] = {kind.__name__: kind for kind in (TooLarge, Unprocessable, UnsupportedMedia)}


@dataclass(frozen=True, slots=True)
class Job:
    """One file to examine, or to decode where the pixels are wanted."""

    limits: Limits
    budget: Budget
    wants_pixels: bool

    def line(self) -> bytes:
        """Return the job as it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Job:
        """Return the job that `line` holds."""
        given = json.loads(line)
        return cls(Limits(**given["limits"]), Budget(**given["budget"]), given["wants_pixels"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job: the facts, the size of the pixels written (height, width), or the refusal."""

    facts: ImageFacts | None = None
    size: tuple[int, int] | None = None
    refusal: DomainError | None = None

    def line(self) -> bytes:
        """Return the answer as it is sent."""
        said: dict[str, Any] = {"size": self.size}
        if self.facts is not None:
            said["facts"] = asdict(self.facts)
        if self.refusal is not None:
            said["refusal"] = {
                "kind": type(self.refusal).__name__,
                "sentence": self.refusal.sentence,
                "code": self.refusal.code,
                "details": self.refusal.details,
            }
        return json.dumps(said).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Answer:
        """Return the answer that `line` holds."""
        said = json.loads(line)
        if refusal := said.get("refusal"):
            kind = _REFUSALS[refusal.pop("kind")]
            return cls(refusal=kind(refusal.pop("sentence"), **refusal))
        if facts := said.get("facts"):
            conversions = tuple(facts.pop("conversions"))
            return cls(facts=ImageFacts(conversions=conversions, **facts))
        height, width = said["size"]
        return cls(size=(height, width))
