"""The app as Django knows it."""

from django.apps import AppConfig


class ConsultConfig(AppConfig):
    """A colleague's second opinion, and the talk about a case or a cell."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "consult"
    verbose_name = "Consultation"
