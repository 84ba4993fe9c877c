"""The app as Django knows it."""

from django.apps import AppConfig


class MicroscopesConfig(AppConfig):
    """The microscopes of clinics and laboratories: a camera is a thing, with a scale and a history."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "microscopes"
    verbose_name = "Microscopes"
