"""The app as Django knows it."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What becomes of a report at the clinic: delivered, read, acknowledged."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "inbox"
    verbose_name = "Report inbox"
