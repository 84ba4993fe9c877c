"""Under which keyed hash a patient's identifier is found: the entries of the blind indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.crypto import blind_index, normalise_number, normalise_words
from cases.partial_date import PartialDate

if TYPE_CHECKING:
    import datetime as dt


def mrn_key(mrn: str) -> str:
    """Return the index entry of a medical record number."""
    return blind_index("patient.mrn", normalise_number(mrn))


def name_key(family_name: str) -> str:
    """Return the index entry of a family name."""
    return blind_index("patient.family_name", normalise_words(family_name))


def birth_date_key(birth_date: dt.date | PartialDate | None) -> str:
    """Return the index entry of a birth date, as far as it is known: 1961 is another entry than 1961-03."""
    return blind_index("patient.birth_date", PartialDate.of(birth_date).isoformat())
