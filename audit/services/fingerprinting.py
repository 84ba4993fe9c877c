"""Fingerprints for rows that are older than theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from audit.kept_rows import FINGERPRINTED, all_kept
from audit.models import Action
from audit.services.recording import events_last, record
from hematovision.chunks import chunks_of

if TYPE_CHECKING:
    from audit.kept_rows import KeptRows

_CHUNK = 200
_REASON = gettext_noop("Fingerprinted as it is: written before its fingerprint was kept, or under another key.")


def fingerprint_rows(*, actor: Any) -> dict[str, int]:
    """Give every row that has none the fingerprint of what it says now; returns how many, by kind. None is the system.

    It vouches for nothing that happened before: that it was done, and for which rows, stands in the audit trail.
    """
    done: dict[str, int] = {}
    for kept in all_kept():
        number = _fingerprint(kept, actor)
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            object_type=kept.kind,
            reason=gettext_noop("Every row has a fingerprint from now on."),
            after={FINGERPRINTED: number, "member": kept.member},
        )
        done[kept.kind] = done.get(kept.kind, 0) + number
    return done


def _fingerprint(kept: KeptRows, actor: Any) -> int:
    number = 0
    for chunk in chunks_of(kept.model._default_manager.only("pk"), by=("pk",), size=_CHUNK):
        ids = kept.without([str(row.pk) for row in chunk])
        if not ids:
            continue
        with events_last():
            # Locked before the trail is asked again: a write that came first has its own fingerprint by then.
            rows = {str(row.pk): row for row in kept.rows().select_for_update(of=("self",)).filter(pk__in=ids)}
            for pk in kept.without(list(rows)):
                record(
                    actor=actor,
                    action=Action.CONFIGURATION,
                    target=rows[pk],
                    reason=_REASON,
                    after={kept.member: kept.digest(rows[pk])},
                )
                number += 1
    return number
