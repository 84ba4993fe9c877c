"""Which records belong to a case, for the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

# Model, and how it is reached from a case.
_RELATED = (
    ("cases.SmearImage", "case"),
    ("cases.Cell", "image__case"),
    ("cases.BreakGlassAccess", "case"),
    ("cases.LegalHold", "case"),
    ("cases.LegalHoldRelease", "hold__case"),
    ("cases.PatientRestriction", "patient__cases"),
    ("cases.RestrictionLift", "restriction__patient__cases"),
    ("classifier.Analysis", "image__case"),
    ("classifier.Explanation", "cell__image__case"),
    ("review.ReviewAction", "case"),
    ("review.Amendment", "case"),
    ("consult.SecondOpinion", "case"),
    ("consult.Comment", "case"),
    ("reports.Report", "case"),
    ("inbox.Delivery", "report__case"),
)


LISTING_TYPE = "classifier.prediction"
"""The object type of an event that shows cells of many cases on one page."""


def types_that_list_cases() -> Sequence[str]:
    """Return the object types of events that name many cases."""
    return (LISTING_TYPE,)


def records_of_case(case_id: UUID) -> Mapping[str, Sequence[str]]:
    """Return the ids of everything that hangs on a case, by object type as the audit trail writes it."""
    found: dict[str, Sequence[str]] = {}
    for name, path in _RELATED:
        model = apps.get_model(name)
        ids = model._default_manager.filter(**{path: case_id}).order_by().values_list("pk", flat=True)
        found[model._meta.label_lower] = [str(pk) for pk in ids]
    return found
