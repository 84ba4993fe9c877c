"""The sex of a patient."""

from __future__ import annotations

from django.db import models


class Sex(models.TextChoices):
    """Administrative sex, in the value set LIS interfaces exchange."""

    MALE = "male", "Male"
    FEMALE = "female", "Female"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"
