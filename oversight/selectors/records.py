"""Which records belong to a case, for the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

PATH_TO_CASE = {
    "cases.smearimage": "case",
    "cases.cell": "image__case",
    "cases.breakglassaccess": "case",
    "cases.order": "case",
    "cases.legalhold": "case",
    "cases.legalholdrelease": "hold__case",
    "cases.patientrestriction": "patient__cases",
    "cases.restrictionlift": "restriction__patient__cases",
    "cases.patientmerge": "into__cases",
    "cases.patientmergeundo": "merge__into__cases",
    "classifier.analysis": "image__case",
    "classifier.explanation": "cell__image__case",
    "review.reviewaction": "case",
    "review.amendment": "case",
    "consult.secondopinion": "case",
    "consult.comment": "case",
    "reports.report": "case",
    "inbox.delivery": "report__case",
}
"""How the case of a record is reached, by object type."""

LISTING_TYPE = "classifier.prediction"
"""The object type of an event that shows cells of many cases on one page."""


def types_that_list_cases() -> Sequence[str]:
    """Return the object types of events that name many cases."""
    return (LISTING_TYPE,)


def records_of_case(case_id: UUID) -> Mapping[str, Sequence[str]]:
    """Return the ids of everything that hangs on a case, by object type as the audit trail writes it."""
    found: dict[str, Sequence[str]] = {}
    for object_type, path in PATH_TO_CASE.items():
        model = apps.get_model(object_type)
        ids = model._default_manager.filter(**{path: case_id}).order_by().values_list("pk", flat=True)
        found[object_type] = [str(pk) for pk in ids]
    return found
