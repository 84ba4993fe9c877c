"""Dates in sentences. How a language writes a day is told once, in hematovision/formats; templates name the same formats."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format


def in_utc(moment: dt.datetime, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """A time in UTC and in the language of the page: 28 Feb 2026 20:45 UTC."""
    return f"{date_format(moment.astimezone(dt.UTC), form)} UTC"
