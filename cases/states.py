"""The three state machines of the clinical record, and which step each allows.

A service changes a state only through `step_case`, `step_image` or `step_order`, which look the step up
here and insert a transition row; nothing else writes a state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping


class CaseState(models.TextChoices):
    """Where a case stands, from the clinic's draft to the delivered report."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting")
    ANALYSING = "analysing", _("Analysing")
    READY = "ready", _("Ready for review")
    IN_REVIEW = "in_review", _("In review")
    SIGNED = "signed", _("Signed")
    DELIVERED = "delivered", _("Delivered")
    CORRECTED = "corrected", _("Corrected")
    APPENDED = "appended", _("Addendum")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")
    REJECTED = "rejected", _("Rejected")


class ImageState(models.TextChoices):
    """Where one smear image stands. Rejected is bad input; failed is our own defect; taken out is what a draft no longer has,
    sent back what a reviewer asks the clinic to take again.
    """

    RECEIVED = "received", _("Received")
    QUEUED = "queued", _("Waiting")
    ANALYSING = "analysing", _("Analysing")
    ANALYSED = "analysed", _("Analysed")
    REJECTED = "rejected", _("Not usable")
    FAILED = "failed", _("Analysis failed")
    TAKEN_OUT = "taken_out", _("Taken out")
    RETURNED = "returned", _("Sent back")


class OrderState(models.TextChoices):
    """Where an order stands. From accepted to completed it follows its case."""

    REQUESTED = "requested", _("Waiting")
    ACCEPTED = "accepted", _("Case opened")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    REJECTED = "rejected", _("Rejected")


_C, _I, _O = CaseState, ImageState, OrderState

ALLOWED_CASE_STEPS: Mapping[CaseState, frozenset[CaseState]] = {
    _C.DRAFT: frozenset({_C.SUBMITTED, _C.CANCELLED}),
    _C.SUBMITTED: frozenset({_C.ANALYSING, _C.READY, _C.CANCELLED, _C.REJECTED}),
    _C.ANALYSING: frozenset({_C.READY, _C.CANCELLED, _C.REJECTED}),
    # Back to analysing when another image arrives or a failed one is tried again.
    _C.READY: frozenset({_C.ANALYSING, _C.IN_REVIEW, _C.CANCELLED, _C.REJECTED}),
    # Back to ready when the reviewer lets go of it.
    _C.IN_REVIEW: frozenset({_C.READY, _C.SIGNED, _C.CANCELLED, _C.REJECTED}),
    _C.SIGNED: frozenset({_C.DELIVERED, _C.CORRECTED, _C.APPENDED, _C.WITHDRAWN}),
    _C.DELIVERED: frozenset({_C.CORRECTED, _C.APPENDED, _C.WITHDRAWN}),
    _C.CORRECTED: frozenset({_C.DELIVERED, _C.CORRECTED, _C.APPENDED, _C.WITHDRAWN}),
    _C.APPENDED: frozenset({_C.DELIVERED, _C.CORRECTED, _C.APPENDED, _C.WITHDRAWN}),
    _C.WITHDRAWN: frozenset(),
    _C.CANCELLED: frozenset(),
    # The laboratory cannot use the specimen: another one is another case.
    _C.REJECTED: frozenset(),
}

ALLOWED_IMAGE_STEPS: Mapping[ImageState, frozenset[ImageState]] = {
    _I.RECEIVED: frozenset({_I.QUEUED, _I.REJECTED, _I.FAILED, _I.TAKEN_OUT}),
    _I.QUEUED: frozenset({_I.ANALYSING, _I.REJECTED, _I.FAILED, _I.TAKEN_OUT}),
    # Back to queued when a worker died and its lease ran out.
    _I.ANALYSING: frozenset({_I.ANALYSED, _I.REJECTED, _I.FAILED, _I.QUEUED, _I.TAKEN_OUT}),
    # Again with another model version, or after our defect was mended.
    _I.ANALYSED: frozenset({_I.QUEUED, _I.TAKEN_OUT, _I.RETURNED}),
    _I.FAILED: frozenset({_I.QUEUED, _I.TAKEN_OUT, _I.RETURNED}),
    _I.REJECTED: frozenset({_I.TAKEN_OUT, _I.RETURNED}),
    # Back to what it was when the reviewer thinks better of it; taken out when the better picture is there.
    _I.RETURNED: frozenset({_I.ANALYSED, _I.FAILED, _I.REJECTED, _I.TAKEN_OUT}),
    _I.TAKEN_OUT: frozenset(),
}

_ENDED: frozenset[OrderState] = frozenset({_O.CANCELLED, _O.REJECTED})

ALLOWED_ORDER_STEPS: Mapping[OrderState, frozenset[OrderState]] = {
    _O.REQUESTED: _ENDED | {_O.ACCEPTED},
    _O.ACCEPTED: _ENDED | {_O.IN_PROGRESS},
    # Back to waiting when the specimen of its case was rejected: another one is sent for it.
    _O.IN_PROGRESS: _ENDED | {_O.COMPLETED, _O.REQUESTED},
    _O.COMPLETED: frozenset(),
    _O.CANCELLED: frozenset(),
    _O.REJECTED: frozenset(),
}

ORDER_FOLLOWS_CASE: Mapping[CaseState, OrderState] = {
    _C.SUBMITTED: _O.IN_PROGRESS,
    _C.SIGNED: _O.COMPLETED,
    _C.CANCELLED: _O.CANCELLED,
    _C.REJECTED: _O.REQUESTED,
}
"""What becomes of an order when its case comes to a state. What happens to a signed report changes no order any more."""

OPEN_ORDER_STATES: frozenset[OrderState] = frozenset({_O.REQUESTED, _O.ACCEPTED, _O.IN_PROGRESS})
"""Somebody still waits for the result of the order."""

SIGNED_STATES: frozenset[CaseState] = frozenset({_C.SIGNED, _C.DELIVERED, _C.CORRECTED, _C.APPENDED})
"""A signed report stands: what it says may be shown to the clinic."""

CLOSED_STATES: frozenset[CaseState] = SIGNED_STATES | {_C.WITHDRAWN, _C.CANCELLED, _C.REJECTED}
"""Nobody is waiting for anything any more."""

OPEN_STATES: frozenset[CaseState] = frozenset(CaseState) - CLOSED_STATES
"""Somebody still waits for the result."""

NEVER_REPORTED_STATES: frozenset[CaseState] = frozenset({_C.CANCELLED, _C.REJECTED})
"""Closed without a report, for good."""

IMAGE_ACCEPTING_STATES: frozenset[CaseState] = frozenset({_C.DRAFT, _C.SUBMITTED, _C.ANALYSING, _C.READY})
"""A case takes further images only until somebody starts to review it."""

RETAKING_STATES: frozenset[CaseState] = frozenset({_C.SUBMITTED, _C.ANALYSING, _C.READY, _C.IN_REVIEW})
"""A case in one of them takes the better picture of a field that was sent back."""

NOT_COUNTING: frozenset[ImageState] = frozenset({_I.TAKEN_OUT, _I.RETURNED})
"""Such an image is in the record and no part of its case: not analysed, counted, shown or reported."""

UNFINISHED_IMAGE_STATES: frozenset[ImageState] = frozenset({_I.RECEIVED, _I.QUEUED, _I.ANALYSING})
"""The model still owes an answer for such an image."""
