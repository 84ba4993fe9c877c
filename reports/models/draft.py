"""What a pathologist is writing for a report that is not signed yet."""

from __future__ import annotations

from django.db import models

from cases.fields import EncryptedCharField
from cases.models import Case
from reports.models.insufficient import Insufficiency

REASON_MAX = 500
TEXT_MAX = 8000


class ReportDraft(models.Model):
    """The texts and confirmations of the sign page, one per case; gone once the report is signed."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="report_draft")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # Free text may name a person: encrypted like the identifiers.
    interpretation = EncryptedCharField(max_length=TEXT_MAX, blank=True)
    comments = EncryptedCharField(max_length=TEXT_MAX, blank=True)
    count_reason = EncryptedCharField(max_length=REASON_MAX, blank=True)
    quality_remark = EncryptedCharField(max_length=REASON_MAX, blank=True)
    flagged_reason = EncryptedCharField(max_length=REASON_MAX, blank=True)
    insufficient = models.CharField(
        max_length=16,
        choices=Insufficiency.choices,
        blank=True,
        help_text="Why there is no differential; empty where there is one.",  # not translated
    )
    insufficient_words = EncryptedCharField(max_length=REASON_MAX, blank=True)
    quality_accepted = models.BooleanField(default=False)
    identifiers = models.JSONField(
        default=list,
        blank=True,
        help_text="Codes of the identifiers that were compared.",  # not translated
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Draft report of case {self.case_id}"  # not translated
