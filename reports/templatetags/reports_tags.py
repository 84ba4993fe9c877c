"""What templates need to show a report: values of a content in words, and the panel of the case page."""

from __future__ import annotations

import datetime as dt

from django import template

from reports.content import IDENTIFIERS
from reports.models import SignatureMethod

register = template.Library()


@register.filter
def full_name(patient: dict[str, str]) -> str:
    """Return family name, given name of a content's patient."""
    return ", ".join(part for part in (patient["family_name"], patient["given_name"]) if part)


@register.filter
def day(value: str) -> str:
    """Return an ISO date in words: 29 February 1980."""
    date = dt.date.fromisoformat(value)
    return f"{date.day} {date:%B %Y}"


@register.filter
def moment(value: str) -> str:
    """Return an ISO time to the minute, in UTC; nothing for nothing."""
    if not value:
        return ""
    time = dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    return f"{time.day} {time:%b %Y %H:%M} UTC"


@register.filter
def moment_exact(value: str) -> str:
    """Return an ISO time to the second, in UTC."""
    time = dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    return f"{time.day} {time:%B %Y %H:%M:%S} UTC"


@register.filter
def method_label(value: str) -> str:
    """Return in words how a signer identified themselves."""
    return SignatureMethod(value).label.lower() if value in SignatureMethod.values else value


@register.filter
def identifier_labels(codes: list[str]) -> str:
    """Return the identifiers that were compared, in words."""
    return ", ".join(IDENTIFIERS[code].lower() for code in codes if code in IDENTIFIERS) or "none"


@register.filter
def grouped(value: str) -> str:
    """Return a hash in groups of eight, which a person can compare."""
    return " ".join(value[i : i + 8] for i in range(0, len(value), 8))
