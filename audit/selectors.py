"""Which events of the audit trail are about what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from audit.models import AuditEvent
from audit.providers import records_of_case, types_that_list_cases

if TYPE_CHECKING:
    from uuid import UUID

_NAMES = """
WITH RECURSIVE names(name) AS (
    SELECT MIN(actor_name) FROM audit_auditevent WHERE laboratory_id = %s
    UNION ALL
    SELECT (SELECT MIN(event.actor_name) FROM audit_auditevent AS event
            WHERE event.laboratory_id = %s AND event.actor_name > names.name)
    FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL
"""


def by_people_called(text: str, laboratory_id: UUID | None) -> Q:
    """The condition that a person whose name holds `text` did it, under the name they had then.

    A text may stand anywhere in a name, which no index helps with. In a laboratory its names are found first, from each to the
    next along an index, and compared here; over all laboratories (None) every event is compared.
    """
    if laboratory_id is None:
        return Q(actor_name__icontains=text)
    column = AuditEvent._meta.get_field("laboratory_id").get_db_prep_value(laboratory_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [column, column])
        names = [name for (name,) in cursor.fetchall()]
    return Q(actor_name__in=[name for name in names if text.casefold() in name.casefold()])


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
