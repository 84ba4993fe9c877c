"""Re-encrypt what lies under field keys with the first of them, and rebuild the search index of patients."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.services import rotate_second_factors
from audit.models import Action
from audit.services import record
from cases.models import FormerIdentity, LabelCheck, Order, Patient, PatientMerge, PatientNumber
from cases.signals import field_keys_rotated
from hematovision.chunks import in_chunks
from hematovision.rest.idempotency import rotate_stored_answers


class Command(BaseCommand):
    help = (
        "Re-encrypts the identifiers of patients and orders, keys of reports, second factors and stored answers under the first "
        "key of HEMATOVISION_FIELD_KEYS and rebuilds the search index under HEMATOVISION_BLIND_INDEX_KEY. Put the new key first, "
        "run this, then drop the old key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all patients in their own small transactions: the system stays in use meanwhile."""
        rotated = _rotate(Patient)
        former = _rotate(FormerIdentity)
        orders = _rotate(Order)
        numbers = _rotate(PatientNumber)
        merges = _rotate(PatientMerge)
        labels = _rotate(LabelCheck)
        others: dict[str, int] = {
            "second_factors": rotate_second_factors(),
            "stored_answers": rotate_stored_answers(),
        }
        answers: list[tuple[Any, Any]] = field_keys_rotated.send(sender=type(self))
        for _, counts in answers:
            others |= counts
        record(
            actor=None,
            action=Action.CONFIGURATION,
            object_type="cases.patient",
            reason="Field keys rotated.",
            after={
                "patients": rotated,
                "former_identities": former,
                "orders": orders,
                "numbers": numbers,
                "merges": merges,
                "labels": labels,
                **others,
            },
        )
        self.stdout.write(
            f"Re-encrypted the identifiers of {rotated} patients, {former} former identities and {orders} orders."
        )


def _rotate(model: type[Patient | FormerIdentity | Order | PatientNumber | PatientMerge | LabelCheck]) -> int:
    """Write every row again; returns how many there are."""
    rotated = 0
    for row in in_chunks(model.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            # Reading decrypts with any key, saving encrypts with the first.
            model.objects.select_for_update(no_key=True).get(pk=row.pk).save()
        rotated += 1
    return rotated
