"""Every verification there is: each app registers its own, one command runs them all.

A verification looks at what is stored and yields a `Finding` for each thing that is not as it was written. Findings name
the kind and id of a record and never a patient. Records that are older than their fingerprints are counted (`Older`).

    verifications.register("images", verification.check_images)      # in AppConfig.ready
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Finding:
    """One record that is not what was written: its kind (`cases.smearimage`), its id, and what is wrong, in a sentence.

    The id is empty where the sentence names it.
    """

    kind: str
    object_id: str
    sentence: str

    def __str__(self) -> str:
        return f"{' '.join(filter(None, (self.kind, self.object_id)))}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Older:
    """How many records of a kind are older than their fingerprints: nothing was found of them, and nothing is proven."""

    kind: str
    number: int


Found = Finding | Older
_CHECKS: dict[str, Callable[[], Iterator[Found]]] = {}


def register(name: str, check: Callable[[], Iterator[Found]]) -> None:
    """Add a verification under a name; raises `ImproperlyConfigured` where another one has it."""
    if _CHECKS.setdefault(name, check) is not check:
        raise ImproperlyConfigured(f"There are two verifications named {name}.")


def registered() -> dict[str, Callable[[], Iterator[Found]]]:
    """Return every verification by name, in the order in which they were registered: from the audit trail upwards."""
    return dict(_CHECKS)
