"""Which events of the audit trail are about what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from audit.providers import records_of_case, types_that_list_cases

if TYPE_CHECKING:
    from uuid import UUID


def records_of(case_id: UUID) -> dict[str, list[str]]:
    """Return the ids of the case and of every record of it, by object type."""
    found = {object_type: list(ids) for object_type, ids in records_of_case(case_id).items()}
    found["cases.case"] = [str(case_id)]
    return found


def about_case(case_id: UUID) -> Q:
    """The condition that an event is about the case or a record of it, or lists cells of it; one part a type for the index."""
    condition = Q(object_type__in=types_that_list_cases(), object_id="", after__cases__has_key=str(case_id))
    for object_type, ids in records_of(case_id).items():
        if ids:
            condition |= Q(object_type=object_type, object_id__in=ids)
    return condition
