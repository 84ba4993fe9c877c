"""Which events of the audit trail are about what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from audit.models import AuditEvent, Outcome
from audit.providers import records_of_case, types_that_list_cases
from hematovision.chunks import in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from django.db import models

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


def said_about(object_type: str, ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return what successful events say of each record (`after`), oldest first; nothing for one without events."""
    found: dict[str, list[dict[str, Any]]] = {}
    events = AuditEvent.objects.filter(object_type=object_type, object_id__in=list(ids), outcome=Outcome.SUCCESS)
    for object_id, after in events.order_by("id").values_list("object_id", "after"):
        found.setdefault(object_id, []).append(after if isinstance(after, dict) else {})
    return found


def last_digest(said: Iterable[dict[str, Any]], member: str) -> str | None:
    """The fingerprint that the newest of these events keeps under `member`; None for rows older than fingerprints."""
    return next((str(after[member]) for after in reversed(list(said)) if member in after), None)


def missing_records(model: type[models.Model], *, action: str, member: str = "", size: int = 500) -> Iterator[str]:
    """Yield the ids that an event of `action` says were written and that `model` no longer has.

    With `member` also those that an event keeps a fingerprint of under that name.
    """
    said = Q(action=action) | Q(after__has_key=member) if member else Q(action=action)
    written = AuditEvent.objects.filter(said, object_type=model._meta.label_lower, outcome=Outcome.SUCCESS).exclude(
        object_id=""
    )
    chunk: list[str] = []
    for event in in_chunks(written.only("object_id"), by=("id",)):
        chunk.append(event.object_id)
        if len(chunk) == size:
            yield from _missing(model, chunk)
            chunk = []
    yield from _missing(model, chunk)


def _missing(model: type[models.Model], ids: list[str]) -> Iterator[str]:
    present = {str(pk) for pk in model._default_manager.filter(pk__in=ids).values_list("pk", flat=True)}
    yield from dict.fromkeys(object_id for object_id in ids if object_id not in present)
