"""One spelling for every content, so that equal content has equal bytes and an equal hash. No database.

The canonical form is the JSON of RFC 8785 restricted to what needs no judgement: objects with keys sorted by code
unit, no white space, UTF-8 without escapes that JSON does not demand, and of numbers only integers. Percentages
with decimals, scores and times are text: two programs never disagree about the digits of a text.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_LARGEST_EXACT = 2**53 - 1
"""Beyond this a program that holds numbers as IEEE doubles would read another integer."""


def canonical(value: Any) -> str:
    """Return the canonical JSON of `value`; raises `ValueError` for what has no such form."""
    _must_be_plain(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str | bytes) -> str:
    """Return the SHA-256 of `text` (as UTF-8) in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8") if isinstance(text, str) else text).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of `value`."""
    return sha256(canonical(value))


def _must_be_plain(value: Any) -> None:
    """Walk `value`; raises `ValueError` at the first part whose JSON is not the same everywhere."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST_EXACT:
            raise ValueError("An integer beyond 2^53 is not the same number everywhere.")
    elif isinstance(value, str):
        # Lone surrogates have no UTF-8.
        value.encode("utf-8")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError("Keys are ASCII text.")
            _must_be_plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _must_be_plain(item)
    else:
        message = f"{type(value).__name__} has no canonical form; write it as text."  # not translated
        raise ValueError(message)  # noqa: TRY004 - one kind of refusal for all of them
