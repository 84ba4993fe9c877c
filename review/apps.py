"""The app as Django knows it."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The pathologist's review: decisions on cells, the lease on a case, amendments."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "review"
    verbose_name = "Review"

    def ready(self) -> None:
        """Tell the clinical record when a signed case is open to be corrected; hear when its cells are found anew."""
        from django.db.models.signals import post_save

        from audit.kept_rows import keep
        from cases.models import CaseTransition
        from cases.providers import is_reopened_for
        from cases.signals import field_retaken, scale_changed
        from hematovision import verifications
        from review.permissions import corrects_details
        from review.receivers import end_the_review, end_undo_at_new_scale, tell_of_retaken_field
        from review.verification import AMENDMENTS

        keep(AMENDMENTS)
        verifications.register("amendments", AMENDMENTS.check)
        is_reopened_for.register(corrects_details)
        post_save.connect(end_the_review, CaseTransition, dispatch_uid="review.end_the_review")
        scale_changed.connect(end_undo_at_new_scale, dispatch_uid="review.end_undo_at_new_scale")
        field_retaken.connect(tell_of_retaken_field, dispatch_uid="review.tell_of_retaken_field")
