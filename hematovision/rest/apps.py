"""Django configuration of the API plumbing (it owns one table: stored idempotent answers)."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    """Registers the plumbing as the app ``rest``."""

    name = "hematovision.rest"
    label = "rest"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "REST API"

    def ready(self) -> None:
        """Register the OpenAPI description of bearer authentication."""
        from hematovision.rest import schema  # noqa: F401, PLC0415 - registers itself when imported
