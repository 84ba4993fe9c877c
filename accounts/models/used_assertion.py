"""Assertions that were used."""

from __future__ import annotations

from django.db import models


class UsedAssertion(models.Model):
    """One assertion with which an API client proved itself, kept so that nobody proves anything with it again."""

    api_client = models.ForeignKey("accounts.ApiClient", on_delete=models.CASCADE, related_name="used_assertions")
    jti_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_client", "jti_digest"], name="an_assertion_is_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.jti_digest[:12]} of {self.api_client_id}"  # not translated
