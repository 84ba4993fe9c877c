"""A language whose every sentence is the English one with a mark before it: what is not marked was not translated."""

from __future__ import annotations

import copy

from django.utils.translation import trans_real

from reports.templatetags.reports_tags import DATE


def mark_language(monkeypatch, code: str) -> None:
    """Have every sentence in the language `code` begin with it: "fr:Neutrophils"."""
    marked = copy.copy(trans_real.translation(code))
    # How a day is written is no sentence.
    marked.gettext = lambda message: message if message == DATE else f"{code}:{message}"
    marked.ngettext = lambda one, many, number: f"{code}:{one if number == 1 else many}"
    monkeypatch.setitem(trans_real._translations, code, marked)
