"""Rows of this app, one noun a file."""

from review.models.action import ActionKind, ReviewAction, ReviewActionQuerySet
from review.models.amendment import Amendment, AmendmentKind, AmendmentOutcome, AmendmentReason
from review.models.decision import Decision, DecisionQuerySet
from review.models.key_map import KeyMap
from review.models.lease import ReviewLease

__all__ = [
    "ActionKind",
    "Amendment",
    "AmendmentKind",
    "AmendmentOutcome",
    "AmendmentReason",
    "Decision",
    "DecisionQuerySet",
    "KeyMap",
    "ReviewAction",
    "ReviewActionQuerySet",
    "ReviewLease",
]
