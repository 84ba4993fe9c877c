"""The app as Django knows it."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """How the machine and its readers agree, drift, break-glass access."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "oversight"
    verbose_name = "Oversight"
