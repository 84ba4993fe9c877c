"""The language a report is written in: of its laboratory, whoever signs it and whoever opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.models import Case
    from reports.models import Report


def language_of(content: Mapping[str, Any]) -> str:
    """Return the language that a content is written in; reports from before there was a choice are in English."""
    return str(content.get("language") or settings.LANGUAGE_CODE)


def language_for(case: Case, previous: Report | None) -> str:
    """Return the language of the next version: of the version before it, so that the two can be compared, else the laboratory's."""
    return case.laboratory.report_language if previous is None else language_of(previous.data)


def direction_of(code: str) -> str:
    """Return which way a language is written, as HTML says it."""
    return "rtl" if translation.get_language_info(code)["bidi"] else "ltr"
