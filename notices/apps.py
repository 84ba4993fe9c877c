"""The app as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What a person is told: in the app and by e-mail, never with patient data."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "notices"
    verbose_name = "Notices"
