"""Whether orders, and their states, are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action
from audit.selectors import last_digest, missing_records, said_about
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.models import Order
from cases.verification import steps_that_do_not_fit
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found

ORDER = Order._meta.label_lower


def order_digest(order: Order) -> str:
    """The fingerprint of an order: for whom, of whom and under which numbers. What is said in words about people stays out."""
    return fingerprint(
        [
            (
                order.pk,
                order.laboratory_id,
                order.clinic_id,
                order.patient_id,
                order.placer_namespace,
                order.placer_number,
                order.group_number,
                order.service_code,
                order.priority,
                order.ordering_id,
                order.location,
                order.collected_at,
                order.wbc,
                order.wbc_source,
                order.wbc_measured_at,
                order.specimen_id,
                order.case_id,
                order.received_by,
                order.created_by_id,
                order.created_at,
            )
        ]
    )


def reasons_digest(order: Order) -> str:
    """The keyed fingerprint of why an order took its steps: words, which may come from another system and be about a person."""
    steps = order.transitions.all()
    return keyed_fingerprint([(order.pk, *((step.pk, step.reason) for step in steps))])


REASONS = KeptRows(
    Order,
    reasons_digest,
    member="reasons",
    changed="Why it took its steps was changed after it was written.",  # not translated
    prefetched=("transitions",),
    comparable=is_under_present_key,
    stays=False,
)


def check_orders() -> Iterator[Found]:
    """Every order is there, says what it said, and came to its state by steps."""
    for pk in missing_records(Order, action=Action.CREATE):
        yield Finding(ORDER, pk, "It was received, the audit trail says, and is no longer in the record.")
    for orders in chunks_of(Order.objects.prefetch_related("transitions"), by=("pk",)):
        said = said_about(ORDER, [str(order.pk) for order in orders])
        for order in orders:
            known = last_digest(said.get(str(order.pk), []), "row")
            if known is None:
                yield Finding(ORDER, str(order.pk), "The audit trail does not know it.")
            elif known != order_digest(order):
                yield Finding(ORDER, str(order.pk), "What it says was changed after it was written.")
            yield from steps_that_do_not_fit(order, ORDER, list(order.transitions.all()))
    yield from REASONS.check()
