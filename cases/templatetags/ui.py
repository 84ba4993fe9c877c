"""Words and marks the pages share: states, verdicts, cell classes, places, links that keep filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from django.http import HttpRequest

    from cases.models import Case

register = template.Library()

# state -> (word, tone, shape); the shape keeps states apart without colour.
CASE_MARKS: dict[str, tuple[str, str, str]] = {
    "draft": ("Draft", "", ""),
    "submitted": ("Waiting", "accent", ""),
    "analysing": ("Analysing", "accent", "busy"),
    "ready": ("Ready for review", "info", "half"),
    "in_review": ("In review", "info", "filled"),
    "signed": ("Signed", "ok", "filled"),
    "delivered": ("Delivered", "ok", "filled square"),
    "corrected": ("Corrected", "warn", "filled square"),
    "appended": ("Appended", "warn", "half square"),
    "withdrawn": ("Withdrawn", "danger", "cross"),
    "cancelled": ("Cancelled", "danger", "cross"),
}
IMAGE_MARKS: dict[str, tuple[str, str, str]] = {
    "received": ("Received", "accent", ""),
    "queued": ("Waiting", "accent", ""),
    "analysing": ("Analysing", "accent", "busy"),
    "analysed": ("Analysed", "ok", "filled"),
    "rejected": ("Not usable", "danger", "cross"),
    "failed": ("Analysis failed", "danger", "cross"),
}
QUALITY_MARKS: dict[str, tuple[str, str, str]] = {
    "good": ("Good", "ok", "filled"),
    "acceptable": ("Acceptable", "warn", "half"),
    "poor": ("Poor", "danger", "cross"),
}
PRIORITY_TAGS: dict[str, tuple[str, str]] = {
    "stat": ("Stat", "danger"),
    "urgent": ("Urgent", "warn"),
}


def _mark(table: dict[str, tuple[str, str, str]], value: str, detail: str = "") -> SafeString:
    """Return the mark of `value`; an unknown value shows itself rather than nothing."""
    word, tone, shape = table.get(value, (value.replace("_", " ").capitalize(), "", ""))
    tone_class = f" tone-{tone}" if tone else ""
    shape_class = f" {shape}" if shape else ""
    text = f"{word} {detail}" if detail else word
    return format_html('<span class="mark{}{}">{}</span>', tone_class, shape_class, text)


@register.simple_tag
def case_mark(state: str, detail: str = "", *, still: bool = False) -> SafeString:
    """Show a case's state as a word with a sign; `detail` follows the word ("3 of 8").

    `still` is for the past: a step that is over does not turn.
    """
    shown = _mark(CASE_MARKS, state, detail)
    return SafeString(shown.replace(" busy", " half")) if still else shown


@register.simple_tag
def listed_case_mark(case: Case) -> SafeString:
    """Show the state of a case of `with_counts`; while it is analysed, how far that has come."""
    if case.state != "analysing":
        return _mark(CASE_MARKS, case.state)
    counted: Any = case
    return _mark(CASE_MARKS, case.state, f"{counted.analysed_count + counted.problem_count} of {counted.image_count}")


@register.simple_tag
def image_mark(state: str) -> SafeString:
    """Show an image's state as a word with a sign."""
    return _mark(IMAGE_MARKS, state)


@register.simple_tag
def quality_mark(verdict: str) -> SafeString:
    """Show a quality verdict as a word with a sign."""
    return _mark(QUALITY_MARKS, verdict)


@register.simple_tag
def priority_tag(priority: str) -> SafeString:
    """Show a priority; routine is the silent default."""
    if priority not in PRIORITY_TAGS:
        return format_html('<span class="faint">{}</span>', "Routine")
    word, tone = PRIORITY_TAGS[priority]
    return format_html('<span class="tag {}">{}</span>', tone, word)


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
