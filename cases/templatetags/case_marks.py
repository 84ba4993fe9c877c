"""Marks of the clinical record: the state of a case or an image, the quality of an image, a priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cases.models import Priority
from cases.presenters import Mark, mark_of_case, mark_of_image, mark_of_order, mark_of_quality, tone_of_priority
from cases.states import CaseState
from cases.words import in_words

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from cases.models import Case

register = template.Library()
register.filter("in_words", in_words)


@register.simple_tag
def case_mark(state: str, detail: str = "", *, still: bool = False) -> SafeString:
    """Show a case's state as a word with a sign; `detail` follows the word ("3 of 8").

    `still` is for the past: a step that is over does not turn.
    """
    mark = mark_of_case(state)
    if still and mark.shape == "busy":
        mark = Mark(mark.word, mark.tone, "half")
    return _drawn(mark, detail)


@register.simple_tag
def listed_case_mark(case: Case) -> SafeString:
    """Show the state of a case of `with_counts`; while it is analysed, how far that has come."""
    if case.state != CaseState.ANALYSING:
        return _drawn(mark_of_case(case.state))
    counted: Any = case
    done = counted.analysed_count + counted.problem_count
    return _drawn(mark_of_case(case.state), _("%(done)s of %(all)s") % {"done": done, "all": counted.image_count})


@register.simple_tag
def image_mark(state: str) -> SafeString:
    """Show an image's state as a word with a sign."""
    return _drawn(mark_of_image(state))


@register.simple_tag
def order_mark(state: str) -> SafeString:
    """Show an order's state as a word with a sign."""
    return _drawn(mark_of_order(state))


@register.simple_tag
def quality_mark(verdict: str) -> SafeString:
    """Show a quality verdict as a word with a sign."""
    return _drawn(mark_of_quality(verdict))


@register.simple_tag
def priority_tag(priority: str) -> SafeString:
    """Show a priority; routine is the silent default."""
    word, tone = Priority(priority).label, tone_of_priority(priority)
    if not tone:
        return format_html('<span class="faint">{}</span>', word)
    return format_html('<span class="tag {}">{}</span>', tone, word)


def _drawn(mark: Mark, detail: str = "") -> SafeString:
    tone = f" tone-{mark.tone}" if mark.tone else ""
    shape = f" {mark.shape}" if mark.shape else ""
    text = f"{mark.word} {detail}" if detail else mark.word
    return format_html('<span class="mark{}{}">{}</span>', tone, shape, text)
