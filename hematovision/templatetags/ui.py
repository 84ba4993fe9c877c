"""What templates of every app share: bars, percentages, links that keep filters."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from hematovision.dates import in_utc
from hematovision.languages import script_words

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

register = template.Library()

LOCAL_FORMS = {
    "SHORT_DATETIME_FORMAT": "minute",
    "EXACT_FORMAT": "second",
    "SHORT_DATE_FORMAT": "day",
    "TIME_FORMAT": "time",
}
"""Which of its own formats the script uses instead (static/shared/frame.js)."""


@register.simple_tag
def share_bar(share: float | None, css_class: str = "") -> SafeString:
    """Draw `share` (0 to 1) as a bar. SVG attributes, because the pages carry no inline styles."""
    width = round(max(0.0, min(1.0, share or 0.0)) * 100, 2)
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="8" /><rect class="fill" width="{}" height="8" /></svg>',
        css_class,
        width,
    )


@register.simple_tag
def words_of_scripts() -> SafeString:
    """Bring the sentences of scripts in the page's language, where it is not the one they are written in."""
    words = script_words()
    return format_html('<script src="{}"></script>', static(words)) if words else mark_safe("")


@register.simple_tag
def moment(value: dt.datetime | None, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """Write a time in UTC, which the page's script puts into the time zone of whoever looks; nothing for None.

    `form` is a name of hematovision/formats that stands in `LOCAL_FORMS`.
    """
    if value is None:
        return ""
    return format_html(
        '<time datetime="{}" data-local="{}">{}</time>',
        value.astimezone(dt.UTC).isoformat(),
        LOCAL_FORMS[form],
        in_utc(value, form),
    )


@register.filter
def day_of(value: str) -> str:
    """Write the day of a time that a file gives in ISO 8601 as days are written on pages; what is none as it is."""
    day = parse_date(value[:10])
    return date_format(day, "SHORT_DATE_FORMAT") if day else value


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """Return the present query string with `changes`; an empty value drops the name.

    The page number is dropped unless it is given: a changed filter starts at the first page.
    """
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else request.path


@register.filter
def lookup(table: dict[str, Any] | None, name: str) -> Any:
    """Return `table[name]`, or None where there is none."""
    return table.get(name) if table else None


@register.filter
def percent(share: float | None) -> str:
    """Return a share of one as a percentage with one decimal."""
    return "" if share is None else f"{share * 100:.1f} %"


@register.filter
def percent_number(share: float | None) -> str:
    """Return a share of one in percent with one decimal and no sign, whole where it is whole."""
    return "" if share is None else f"{share * 100:.1f}".removesuffix(".0")


@register.filter
def initials(name: str) -> str:
    """Return up to two initials of a person's name."""
    parts = [part for part in name.replace("@", " ").split() if part]
    picked = parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1]
    return "".join(part[0].upper() for part in picked) or "?"
