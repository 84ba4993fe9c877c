"""Which records belong to a case, asked of whoever knows: what stands below imports no record from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    Family = Callable[[UUID], Mapping[str, Sequence[str]]]

_families: list[Family] = []


def register_case_family(family: Family) -> None:
    """Take `family(case_id) -> {object type: ids}`: the records of a case beside the case itself."""
    if family not in _families:
        _families.append(family)


def records_of(case_id: UUID) -> dict[str, list[str]]:
    """Return the ids of the case and of every record of it, by object type."""
    found = {"cases.case": [str(case_id)]}
    for family in _families:
        for object_type, ids in family(case_id).items():
            found.setdefault(object_type, []).extend(ids)
    return found


def about_case(case_id: UUID) -> Q:
    """The condition that an event is about the case or a record of it; one part a type, which the index answers."""
    condition = Q()
    for object_type, ids in records_of(case_id).items():
        if ids:
            condition |= Q(object_type=object_type, object_id__in=ids)
    return condition
