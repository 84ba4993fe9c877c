"""Which results a laboratory calls critical."""

from __future__ import annotations

from django.db import models


class CriticalLimits(models.Model):
    """A laboratory's own limits by code of the measure; measures without an entry have the limits of `inbox.critical_limits`.

    `limits` is `{code: {"low": "0.5", "high": ""}}`; an empty text is no limit on that side. A report is judged by
    the limits of the moment it was sent, and keeps what was found then.
    """

    laboratory = models.OneToOneField(
        "accounts.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="critical_limits"
    )
    limits = models.JSONField(default=dict)
    changed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "critical limits"

    def __str__(self) -> str:
        return f"Critical limits of {self.laboratory_id}"  # not translated
