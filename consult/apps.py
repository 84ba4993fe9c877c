"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ConsultConfig(AppConfig):
    """A colleague's second opinion, the talk about a case or a cell, and the thread with its clinic."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "consult"
    verbose_name = "Consultation"

    def ready(self) -> None:
        """Say who reviews what blinded; close the open questions of a case whose review has ended; verify comments."""
        from django.db.models.signals import post_save

        from audit.kept_rows import keep
        from cases import providers
        from cases.models import CaseTransition
        from consult import selectors
        from consult.receivers import close_with_the_amendment, close_with_the_case
        from consult.verification import (
            CLINIC_ENTRIES,
            CLINIC_THREADS,
            COMMENTS,
            OPINIONS,
            check_clinic_threads,
            check_comments,
            check_opinions,
        )
        from hematovision import verifications
        from review.models import Amendment

        keep(COMMENTS, OPINIONS, CLINIC_THREADS, CLINIC_ENTRIES)
        verifications.register("comments", check_comments)
        verifications.register("threads with clinics", check_clinic_threads)
        verifications.register("second opinions", check_opinions)
        providers.blinded_opinions_owed.register(selectors.blinded_opinions_owed)
        providers.blinded_opinion_address.register(selectors.blinded_opinion_address)
        post_save.connect(close_with_the_case, CaseTransition, dispatch_uid="consult.close_with_the_case")
        post_save.connect(close_with_the_amendment, Amendment, dispatch_uid="consult.close_with_the_amendment")
