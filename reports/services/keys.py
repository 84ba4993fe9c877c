"""The keys of signed reports: under a new field key, and destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from hematovision.chunks import in_chunks
from reports.models import KeyDestruction, Report, ReportDraft, ReportKey
from reports.sealing import rewrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from cases.models import Case, Pseudonymisation


def rewrap_keys() -> int:
    """Encrypt the key of every report under the field key that is first now; returns how many there are."""
    number = 0
    for row in in_chunks(ReportKey.objects.exclude(wrapped="").only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            key = ReportKey.objects.select_for_update(no_key=True).get(pk=row.pk)
            if not key.wrapped:
                continue
            key.wrapped = rewrap(key.wrapped)
            key.save(update_fields=["wrapped"])
        number += 1
    return number


def destroy_keys(*, actor: User, cases: Iterable[Case], pseudonymisation: Pseudonymisation) -> int:
    """Destroy the key of every signed version of `cases`, with a record and an event of each; returns how many.

    Text and PDF stay as ciphertext that nothing opens. Drafts of the cases go: they are text about a person. Called in
    the transaction of the pseudonymisation. Backups hold the keys until they are removed themselves.
    """
    number = 0
    for case in cases:
        ReportDraft.objects.filter(case=case).delete()
        for report in Report.objects.filter(case=case, key_destruction__isnull=True).order_by("version"):
            key = ReportKey.objects.select_for_update(no_key=True).get(report=report)
            destruction = KeyDestruction.objects.create(
                report=report, pseudonymisation=pseudonymisation, by=actor, at=timezone.now()
            )
            key.wrapped = ""
            key.save(update_fields=["wrapped"])
            record(
                actor=actor,
                action=Action.DELETE,
                target=destruction,
                reason=pseudonymisation.reason,
                after={"digest": report.digest, "pseudonymisation": str(pseudonymisation.pk)},
                **scope_of(case),
            )
            number += 1
    return number


def resave_drafts() -> int:
    """Encrypt the texts of every draft under the field key that is first now; returns how many there are."""
    number = 0
    for row in in_chunks(ReportDraft.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            ReportDraft.objects.select_for_update(no_key=True).get(pk=row.pk).save()
        number += 1
    return number
