"""The app as Django knows it."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The pathologist's reading: decisions on cells, the lease on a case, amendments."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "review"
    verbose_name = "Review"
