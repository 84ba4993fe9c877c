"""Rows that say what somebody decided and why, and never change: a hold, a restriction, a merge, and the end of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.validation import clean_record

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db import models

    from accounts.models import User

_Row = TypeVar("_Row", bound="models.Model")


def insert_reasoned(
    row: _Row, *, actor: User, about: models.Model, digest: Callable[[_Row], str] | None = None, **after: Any
) -> _Row:
    """Insert `row`, which has a `reason`, and its event in the trail of the record it is `about`; returns it.

    The event says `after` and, by `digest`, the fingerprint of the row as it was inserted. Raises `Unprocessable` for
    impossible values.
    """
    clean_record(row)
    row.save(force_insert=True)
    if digest is not None:
        after["row"] = digest(row)
    reason = row.reason  # type: ignore[attr-defined]
    record(actor=actor, action=Action.CREATE, target=row, reason=reason, after=after, **scope_of(about))
    return row
