"""That somebody took note of a report."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from inbox.models.delivery import Delivery


class Acknowledgement(models.Model):
    """Who acknowledged a delivery and when; for critical results also what they read back. Inserted and read only.

    Name and role are copies: the record keeps them as they were. `read_back` holds the values as typed, by code of
    the finding.
    """

    delivery = models.OneToOneField(
        Delivery, on_delete=models.PROTECT, primary_key=True, related_name="acknowledgement"
    )
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_role = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    read_back = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"Acknowledgement of {self.delivery_id}"  # not translated
