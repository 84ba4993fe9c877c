"""How events are chained: canonical JSON, SHA-256, the previous hash inside.

Canonical form: a JSON object of every field except `hash`, keys sorted, no white space, UTF-8 without escapes,
times as UTC ISO 8601 with microseconds, UUIDs in their hyphenated form, absent values `null`. Numbers inside
`before` and `after` are integers or strings; `plain` turns floats into strings first, because PostgreSQL's
jsonb gives `1e16` back as an integer and the hash would no longer match.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.models import AuditEvent

FIRST_PREVIOUS_HASH = ""

FIELDS = (
    "id",
    "at",
    "actor_id",
    "actor_name",
    "actor_role",
    "organisation",
    "laboratory_id",
    "request_id",
    "ip",
    "session",
    "token",
    "action",
    "object_type",
    "object_id",
    "patient_id",
    "outcome",
    "reason",
    "before",
    "after",
    "previous_hash",
    "hash",
)


def plain(value: Any) -> Any:
    """Return `value` as JSON that survives every database unchanged.

    Mappings and sequences are walked; integers, booleans and null stay; everything else becomes text, with
    characters that PostgreSQL text cannot hold replaced.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict):
        return {text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    return text(value.isoformat() if isinstance(value, date) else str(value))


def text(value: str) -> str:
    """Replace NUL and lone surrogates, which neither UTF-8 nor PostgreSQL text can hold."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def content(event: AuditEvent) -> dict[str, Any]:
    """Every field of `event`, `hash` included, in the form that is hashed and exported."""
    values = {name: _scalar(getattr(event, name)) for name in FIELDS}
    values["at"] = _instant(event.at)
    return values


def canonical(event: AuditEvent) -> bytes:
    """The bytes that are hashed for `event`."""
    hashed = content(event)
    del hashed["hash"]
    return json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8"
    )


def digest(event: AuditEvent) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(event)).hexdigest()


def _scalar(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | dict | list) else str(value)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
