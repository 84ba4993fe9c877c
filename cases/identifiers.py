"""Keyed hashes of what names a patient: the entries of the blind indexes, and fingerprints that say nothing without the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from cases.crypto import blind_index, normalise_number, normalise_words
from cases.partial_date import PartialDate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from typing import Any


PSEUDONYMOUS = "Pseudonymised"
"""The family name of whoever was pseudonymised."""


def mrn_key(mrn: str) -> str:
    """Return the index entry of a medical record number."""
    return blind_index("patient.mrn", normalise_number(mrn))


def name_key(family_name: str) -> str:
    """Return the index entry of a family name."""
    return blind_index("patient.family_name", normalise_words(family_name))


def birth_date_key(birth_date: dt.date | PartialDate | None) -> str:
    """Return the index entry of a birth date, as far as it is known: 1961 is another entry than 1961-03."""
    return blind_index("patient.birth_date", PartialDate.of(birth_date).isoformat())


def number_key(value: str) -> str:
    """Return the index entry of a number of another system; the system is a column of its own."""
    return blind_index("patient.number", normalise_number(value))


def keyed_fingerprint(rows: Iterable[Sequence[Any]]) -> str:
    """Return the fingerprint of rows that hold identifiers or free text: nobody without the key can try what they say.

    It is taken of what they say and not of their ciphertext, so that it stays when field keys are rotated. In front of it
    stands which index key it was made with: under another one it cannot be compared.
    """
    return f"{_key_name()}:{blind_index('fingerprint', fingerprint(rows))}"


def is_under_present_key(kept: str) -> bool:
    """Whether a keyed fingerprint was made with the index key that is configured now."""
    return kept.partition(":")[0] == _key_name()


def _key_name() -> str:
    return blind_index("fingerprint.key", "")[:8]
