r"""The form of a laboratory's accession numbers, as its administrator writes it: a regular expression of a small, quick kind.

It is matched against what anybody scans, so it may not be one that some text keeps busy for minutes. Letters, digits, signs,
classes, `\d`, `\w`, groups and `|` are taken; a repeat belongs to one sign or class, never to a group, and few have no
fixed number: then the time grows with a small power of a text that is short.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_PATTERN = 100
LONGEST_CODE = 64
"""Longer texts are no accession numbers, whatever the pattern says."""
_MOST_OPEN_REPEATS = 3
_MOST_ALTERNATIVES = 8

_ONE = r"(?:\\[dw.\-/+*?()\[\]]|\[[A-Za-z0-9_./\\dw-]+\]|[A-Za-z0-9_./ -])"
_OPEN_REPEAT = r"(?:[?*+]|\{\d{1,2},\d{0,2}\})"
_FIXED_REPEAT = r"\{\d{1,2}\}"
_KIND = re.compile(rf"(?:{_ONE}(?:{_OPEN_REPEAT}|{_FIXED_REPEAT})?|\((?:\?:)?|\)|\|)*")
_OPEN = re.compile(rf"{_ONE}{_OPEN_REPEAT}")


def check_accession_pattern(pattern: str) -> None:
    """Raise `ValidationError` for a pattern that is none, or none of the quick kind."""
    if not _KIND.fullmatch(pattern):
        raise ValidationError(
            _(
                "Write letters, digits, [ ], \\d, \\w, groups and | only; repeat single signs or classes, not groups. "
                "Example: [A-Z]{1,2}-\\d{4}-\\d{1,6}"
            )
        )
    if len(_OPEN.findall(pattern)) > _MOST_OPEN_REPEATS or pattern.count("|") > _MOST_ALTERNATIVES:
        raise ValidationError(
            _("Use at most %(repeats)d repeats without a fixed number and %(alternatives)d times |."),
            params={"repeats": _MOST_OPEN_REPEATS, "alternatives": _MOST_ALTERNATIVES},
        )
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValidationError(_("This is no regular expression.")) from error


def fits(pattern: str, code: str) -> bool:
    """Whether `code` is wholly of the form of `pattern`; every short code is where there is no pattern."""
    return len(code) <= LONGEST_CODE and (not pattern or re.fullmatch(pattern, code, re.ASCII) is not None)
