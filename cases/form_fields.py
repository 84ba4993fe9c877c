"""Fields of forms for values of the clinical record."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.partial_date import NO_SUCH_DATE, PartialDate
from cases.words import in_words

NOT_KNOWN = "unknown"
_NOT_KNOWN_IN_WORDS = _("unknown")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{4})", re.ASCII)


class BirthDateField(forms.Field):
    """What is known of a birth date, as a `PartialDate`: the day, the month, the year, or `unknown`,
    in English or in the language of the page.

    A text, since a calendar knows whole days only. `29.02.1980` and `03/1961` can be meant in one way only and are taken
    as well; `02/03/1980` cannot.
    """

    def __init__(self, **options: Any) -> None:
        shown = {"autocomplete": "off", "spellcheck": "false", "maxlength": "10"}
        options.setdefault("widget", forms.TextInput(attrs=shown))
        options.setdefault("label", _("Date of birth"))
        options.setdefault(
            "help_text", _("Year-month-day: 1980-02-29. Or what is known of it: 1980-02, 1980 or unknown.")
        )
        super().__init__(**options)

    def to_python(self, value: Any) -> PartialDate | None:
        """Return the date, None where nothing was typed; raises `ValidationError` with a sentence for anything else."""
        text = str(value or "").strip()
        if not text:
            return None
        if text.casefold() in {NOT_KNOWN, str(_NOT_KNOWN_IN_WORDS).casefold()}:
            return PartialDate()
        if found := _DAY_FIRST.fullmatch(text):
            text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
        elif found := _MONTH_FIRST.fullmatch(text):
            text = f"{found[2]}-{found[1]:0>2}"
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise forms.ValidationError(in_words(str(error))) from error

    def prepare_value(self, value: Any) -> Any:
        """Return a date as it is typed."""
        return (value.isoformat() or str(_NOT_KNOWN_IN_WORDS)) if isinstance(value, PartialDate) else value


class KnownDateField(forms.CharField):
    """A birth date to search by: as it was registered, `1961-03-05`, `1961-03` or `1961`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "strip": False})

    def to_python(self, value: Any) -> Any:
        """Return a `PartialDate`; raises `ValidationError` with a sentence for anything else."""
        text = super().to_python(value)
        try:
            return PartialDate.parse(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(in_words(NO_SUCH_DATE)) from error
