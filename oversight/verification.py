"""Whether the results of verifications are what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.models import Action, AuditEvent
from audit.selectors import last_digest
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding, Older
from oversight.models import VerificationResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found

OBJECT_TYPE = "oversight.verification"
"""Object type of the event of a verification; its object is the result."""
_KIND = VerificationResult._meta.label_lower


def result_digest(result: VerificationResult) -> str:
    """The fingerprint of what a verification found."""
    return fingerprint(
        [
            (
                result.pk,
                result.trigger,
                result.asked_by_id,
                result.began_at,
                result.finished_at,
                result.found,
                result.number,
                result.problem,
            )
        ]
    )


def check_results() -> Iterator[Found]:
    """Every result of a verification is there and says what was found."""
    kept: dict[str, str | None] = {}
    events = AuditEvent.objects.filter(object_type=OBJECT_TYPE, action=Action.VERIFY).exclude(object_id="")
    for event in in_chunks(events, by=("id",)):
        kept[event.object_id] = last_digest([event.after or {}], "row")
    older = 0
    for results in chunks_of(VerificationResult.objects.all(), by=("pk",)):
        for result in results:
            pk = str(result.pk)
            if pk not in kept:
                yield Finding(_KIND, pk, "The audit trail does not know it.")
                continue
            known = kept.pop(pk)
            if known is None:
                older += 1
            elif known != result_digest(result):
                yield Finding(_KIND, pk, "It is not what was found.")
    for pk in kept:
        yield Finding(_KIND, pk, "It was kept, the audit trail says, and is no longer in the record.")
    if older:
        yield Older(_KIND, older)
