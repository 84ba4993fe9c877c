"""Django configuration of the API plumbing (it owns one table: stored idempotent answers)."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    """Registers the plumbing as the app ``rest``."""

    name = "hematovision.rest"
    label = "rest"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "REST API"
