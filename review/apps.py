"""The app as Django knows it."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The pathologist's review: decisions on cells, the lease on a case, amendments."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        """Tell the clinical record when a signed case is open to be corrected."""
        from cases.providers import is_reopened_for
        from review.permissions import corrects_details

        is_reopened_for.register(corrects_details)
