"""Re-encrypt patient identifiers under the first field key, and rebuild their search index."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from audit.models import Action
from audit.services import record
from cases.models import FormerIdentity, Patient, PatientMerge, PatientNumber
from cases.signals import field_keys_rotated
from hematovision.chunks import in_chunks


class Command(BaseCommand):
    help = (
        "Re-encrypts every patient's identifiers under the first key of HEMATOVISION_FIELD_KEYS and rebuilds the "
        "search index under HEMATOVISION_BLIND_INDEX_KEY. Put the new key first, run this, then drop the old key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all patients in their own small transactions: the system stays in use meanwhile."""
        rotated = _rotate(Patient)
        former = _rotate(FormerIdentity)
        numbers = _rotate(PatientNumber)
        merges = _rotate(PatientMerge)
        others: dict[str, int] = {}
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
                "numbers": numbers,
                "merges": merges,
                **others,
            },
        )
        self.stdout.write(f"Re-encrypted the identifiers of {rotated} patients and {former} former identities.")


def _rotate(model: type[Patient | FormerIdentity | PatientNumber | PatientMerge]) -> int:
    """Write every row again; returns how many there are."""
    rotated = 0
    for row in in_chunks(model.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            # Reading decrypts with any key, saving encrypts with the first.
            model.objects.select_for_update(no_key=True).get(pk=row.pk).save()
        rotated += 1
    return rotated
