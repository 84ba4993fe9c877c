"""Somebody on the list of a class who has no account yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from education.models.learners import StudentGroup


class ExpectedMember(models.Model):
    """Who accepts the invitation sent to `email` comes into the class, and the row goes. Closing the class takes it away too."""

    group = models.ForeignKey(StudentGroup, on_delete=models.CASCADE, related_name="expected")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(fields=["group", "email"], name="an_address_is_expected_in_a_class_once"),
        ]

    def __str__(self) -> str:
        return f"Expected in {self.group_id}"  # not translated
