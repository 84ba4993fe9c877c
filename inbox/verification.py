"""Whether deliveries, what became of them at the clinic, and the critical limits are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.models import Action
from audit.selectors import last_digest, missing_records, said_about
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding
from inbox.models import Acknowledgement, CriticalLimits, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIVERY = Delivery._meta.label_lower
LIMITS = CriticalLimits._meta.label_lower


def delivery_digest(delivery: Delivery) -> str:
    """The fingerprint of what a report was sent with, which never changes."""
    return fingerprint(
        [
            (
                delivery.pk,
                delivery.report_id,
                delivery.case_id,
                delivery.organisation_id,
                delivery.critical,
                delivery.findings,
                delivery.created_at,
            )
        ]
    )


def acknowledgement_digest(done: Acknowledgement) -> str:
    """The fingerprint of an acknowledgement."""
    return fingerprint([(done.delivery_id, done.by_id, done.by_name, done.by_role, done.at, done.read_back)])


def check_deliveries() -> Iterator[Finding]:
    """Every delivery is there as it was sent, and is opened, acknowledged or replaced only where somebody did so."""
    for pk in missing_records(Delivery, action=Action.SEND):
        yield Finding(DELIVERY, pk, "It was sent, the audit trail says, and is no longer in the record.")
    for deliveries in chunks_of(Delivery.objects.select_related("acknowledgement"), by=("pk",)):
        said = said_about(DELIVERY, [str(delivery.pk) for delivery in deliveries])
        for delivery in deliveries:
            for sentence in _faults(delivery, said.get(str(delivery.pk), [])):
                yield Finding(DELIVERY, str(delivery.pk), sentence)


def check_limits() -> Iterator[Finding]:
    """Every laboratory has the critical limits that its administrators set last; the event of it has them in full."""
    for pk in missing_records(CriticalLimits, action=Action.CONFIGURATION):
        yield Finding(LIMITS, pk, "They were set, the audit trail says, and are no longer in the record.")
    for chunk in chunks_of(CriticalLimits.objects.all(), by=("pk",)):
        said = said_about(LIMITS, [str(limits.pk) for limits in chunk])
        for limits in chunk:
            # A view says nothing of what was set.
            known = [after for after in said.get(str(limits.pk), []) if after]
            if not known:
                yield Finding(LIMITS, str(limits.pk), "The audit trail does not know them.")
            elif known[-1] != limits.limits:
                yield Finding(LIMITS, str(limits.pk), "They are not those that were set last.")


def _faults(delivery: Delivery, said: list[dict[str, object]]) -> Iterator[str]:
    if not said:
        yield "The audit trail does not know it."
        return
    sent = last_digest(said, "row")
    if sent is not None and sent != delivery_digest(delivery):
        yield "It is not what was sent."
    done: Acknowledgement | None = getattr(delivery, "acknowledgement", None)
    known = last_digest(said, "acknowledged")
    if known is not None and done is None:
        yield "It was acknowledged, the audit trail says, and no longer is."
    elif known is not None and done is not None and known != acknowledgement_digest(done):
        yield "Its acknowledgement was changed after it was written."
    elif done is not None and not any(after.get("what") == "acknowledged" for after in said):
        yield "It has an acknowledgement that nobody gave."
    opened = any(after.get("what") in {"opened", "acknowledged"} for after in said)
    if (delivery.opened_at is not None) != opened:
        yield "Whether it was opened is not what the audit trail says."
    if (delivery.settled_at is not None) != (done is not None or delivery.superseded_by_id is not None):
        yield "It waits for nothing, though nobody acknowledged it." if delivery.settled_at else "It waits again."
