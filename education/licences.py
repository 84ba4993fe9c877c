"""Which licences let a picture leave the platform in a file of teaching material. Pure, no database."""

from __future__ import annotations

import re

LETS_IT_LEAVE = "CC0, CC BY, CC BY-SA, MIT, public domain"
"""The licences for people, in English."""
# "NC" and "ND" are none of them: nobody here knows who charges for a course or cuts a picture.
_LETS_IT_LEAVE = re.compile(r"cc0([ -]1\.0)?|cc[ -]by([ -]sa)?[ -][1-4]\.0|mit|public domain", re.IGNORECASE)


def may_leave(licence: str) -> bool:
    """Whether a picture under `licence` may be handed on with its credit."""
    return _LETS_IT_LEAVE.fullmatch(" ".join(licence.split())) is not None
