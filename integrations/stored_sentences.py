"""Sentences of messages and connections are kept in English, as other systems are told them; a page shows them in its language."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from integrations import mapping_rows
from integrations.hl7 import faults, inbound, mapping, oru, reading, text
from integrations.sending.told import ITS_ANSWER
from integrations.services.building import NO_REJECTION_CODE
from integrations.services.sending import GAVE_UP

_WITH_VALUES = (
    GAVE_UP,
    ITS_ANSWER,
    NO_REJECTION_CODE,
    faults.NO_CODE,
    inbound.IS_MISSING,
    inbound.ONE_IS_TAKEN,
    mapping.ANOTHER_UNIT,
    oru.NEVER_SENT,
    reading.ANOTHER_PROCESSING,
    reading.TOO_LONG,
    reading.TOO_MANY_BYTES,
    reading.TOO_MANY_PARTS,
    text.LACKS_A_CHARACTER,
    mapping_rows.NO_SUCH_TABLE,
    mapping_rows.NO_LIST,
    mapping_rows.TOO_MANY_ROWS,
    mapping_rows.NO_SUCH_MEMBER,
    mapping_rows.TOO_LONG,
    mapping_rows.UNPRINTABLE,
    mapping_rows.IS_EMPTY,
    mapping_rows.TWICE,
)
_VALUE = re.compile(r"%\((\w+)\)s")


def _pattern(sentence: str) -> re.Pattern[str]:
    """What a sentence looks like once its values stand in it."""
    parts = _VALUE.split(sentence)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL
    )


_PATTERNS = [(sentence, _pattern(sentence)) for sentence in _WITH_VALUES]


def in_words(stored: str) -> str:
    """Return a stored sentence in the language of the page; what no catalogue has, as the words of a person, stays as it is."""
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(stored):
            values = found.groupdict()
            if sentence == ITS_ANSWER:
                values["said"] = in_words(values["said"])
            return gettext(sentence) % values
    return gettext(stored) if stored else ""
