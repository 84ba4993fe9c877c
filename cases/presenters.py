"""How states and verdicts of the clinical record look: a word, a tone and a shape for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from cases.models import Priority
from cases.states import CaseState, ImageState, OrderState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrPromise


class Mark(NamedTuple):
    """A word with a sign. The shape keeps signs apart without colour; both are CSS classes, empty for the plain ring."""

    word: str
    tone: str = ""
    shape: str = ""


_OF_CASES: Mapping[CaseState, tuple[str, str]] = {
    CaseState.DRAFT: ("", ""),
    CaseState.SUBMITTED: ("accent", ""),
    CaseState.ANALYSING: ("accent", "busy"),
    CaseState.READY: ("info", "half"),
    CaseState.IN_REVIEW: ("info", "filled"),
    CaseState.SIGNED: ("ok", "filled"),
    CaseState.DELIVERED: ("ok", "filled square"),
    CaseState.CORRECTED: ("warn", "filled square"),
    CaseState.APPENDED: ("warn", "half square"),
    CaseState.WITHDRAWN: ("danger", "cross"),
    CaseState.CANCELLED: ("danger", "cross"),
    CaseState.REJECTED: ("danger", "cross square"),
}
_OF_IMAGES: Mapping[ImageState, tuple[str, str]] = {
    ImageState.RECEIVED: ("accent", ""),
    ImageState.QUEUED: ("accent", ""),
    ImageState.ANALYSING: ("accent", "busy"),
    ImageState.ANALYSED: ("ok", "filled"),
    ImageState.REJECTED: ("danger", "cross"),
    ImageState.FAILED: ("danger", "cross"),
    ImageState.TAKEN_OUT: ("neutral", "cross"),
    ImageState.RETURNED: ("warn", "cross"),
}
_OF_ORDERS: Mapping[OrderState, tuple[str, str]] = {
    OrderState.REQUESTED: ("accent", ""),
    OrderState.ACCEPTED: ("info", "half"),
    OrderState.IN_PROGRESS: ("info", "filled"),
    OrderState.COMPLETED: ("ok", "filled"),
    OrderState.CANCELLED: ("danger", "cross"),
    OrderState.REJECTED: ("danger", "cross square"),
}
_OF_VERDICTS: Mapping[str, tuple[StrPromise, str, str]] = {
    "good": (_("Good"), "ok", "filled"),
    "acceptable": (_("Acceptable"), "warn", "half"),
    "poor": (_("Poor"), "danger", "cross"),
}
_OF_PRIORITIES: Mapping[Priority, str] = {Priority.STAT: "danger", Priority.URGENT: "warn"}


def mark_of_case(state: str) -> Mark:
    """Return the mark of a case in `state`."""
    found = CaseState(state)
    return Mark(str(found.label), *_OF_CASES[found])


def mark_of_image(state: str) -> Mark:
    """Return the mark of an image in `state`."""
    found = ImageState(state)
    return Mark(str(found.label), *_OF_IMAGES[found])


def mark_of_order(state: str) -> Mark:
    """Return the mark of an order in `state`."""
    found = OrderState(state)
    return Mark(str(found.label), *_OF_ORDERS[found])


def mark_of_quality(verdict: str) -> Mark:
    """Return the mark of a quality verdict; one that a later model invents shows itself rather than nothing."""
    if verdict not in _OF_VERDICTS:
        return Mark(verdict.capitalize())
    word, *look = _OF_VERDICTS[verdict]
    return Mark(str(word), *look)


def tone_of_priority(priority: str) -> str:
    """Return the tone of a priority; routine, the silent default, has none."""
    return _OF_PRIORITIES.get(Priority(priority), "")
