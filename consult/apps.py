"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ConsultConfig(AppConfig):
    """A colleague's second opinion, and the talk about a case or a cell."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "consult"
    verbose_name = "Consultation"

    def ready(self) -> None:
        """Listen to the clinical record and to amendments: what ends a reading ends its open questions."""
        from django.db.models.signals import post_save

        from cases.models import CaseTransition
        from consult.receivers import close_with_the_amendment, close_with_the_case
        from review.models import Amendment

        post_save.connect(close_with_the_case, CaseTransition, dispatch_uid="consult.close_with_the_case")
        post_save.connect(close_with_the_amendment, Amendment, dispatch_uid="consult.close_with_the_amendment")
