"""That the key of a signed report was destroyed, by whose decision and when."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from reports.models.report import Report


class KeyDestruction(models.Model):
    """The key of a report is gone, so that nobody opens its text or its PDF again. Rows are inserted and read, nothing else.

    The hashes, the signature and the order of the versions stay, and still prove that a copy somebody kept is genuine.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="key_destruction")
    pseudonymisation = models.ForeignKey(
        "cases.Pseudonymisation", on_delete=models.PROTECT, related_name="key_destructions"
    )
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Key of report {self.report_id}, destroyed on {self.at:%Y-%m-%d}"  # not translated
