"""A language whose every sentence is the English one with a mark before it: what is not marked was not translated."""

from __future__ import annotations

import copy

from django.utils.translation import trans_real


def mark_language(monkeypatch, code: str) -> None:
    """Have every sentence in the language `code` begin with it: "fr:Neutrophils"."""
    marked = copy.copy(trans_real.translation(code))
    marked.gettext = lambda message: f"{code}:{message}"
    marked.ngettext = lambda one, many, number: f"{code}:{one if number == 1 else many}"
    monkeypatch.setitem(trans_real._translations, code, marked)
