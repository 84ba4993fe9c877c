"""The app as Django knows it."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The pathologist's reading: decisions on cells, the lease on a case, amendments."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        """Tell the clinical record when a signed case is open to be put right."""
        from cases.hooks import register_reopened
        from review.services.guards import corrects_details

        register_reopened(corrects_details)
