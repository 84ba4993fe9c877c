"""The clinical record."""

from __future__ import annotations

import warnings

from django.apps import AppConfig
from django.conf import settings


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Clinical record"

    def ready(self) -> None:
        """Cap what any decoder may allocate, and register the system checks."""
        from PIL import Image

        from audit.kept_rows import keep
        from cases import checks  # noqa: F401 (importing registers them)
        from cases.field_return_verification import FIELD_RETURNS
        from cases.keeping_verification import (
            HOLDS_AND_RESTRICTIONS,
            check_accesses,
            check_holds_and_restrictions,
            check_removals,
        )
        from cases.label_verification import LABELS, check_labels
        from cases.order_verification import REASONS, check_orders
        from cases.patient_verification import PATIENTS, check_merges, check_patients
        from cases.rejection_verification import REJECTION_WORDS, REJECTIONS, check_rejections
        from cases.verification import QUESTIONS, check_cases, check_images
        from hematovision import verifications

        keep(PATIENTS, QUESTIONS, REASONS, REJECTIONS, REJECTION_WORDS, FIELD_RETURNS, LABELS, *HOLDS_AND_RESTRICTIONS)
        verifications.register("patients", check_patients)
        verifications.register("cases", check_cases)
        verifications.register("images", check_images)
        verifications.register("fields sent back", FIELD_RETURNS.check)
        verifications.register("orders", check_orders)
        verifications.register("rejected specimens", check_rejections)
        verifications.register("labels", check_labels)
        verifications.register("holds and restrictions", check_holds_and_restrictions)
        verifications.register("removals", check_removals)
        verifications.register("emergency access", check_accesses)
        verifications.register("merged patients", check_merges)

        # One cap for the whole process: whatever opens an image anywhere obeys it.
        Image.MAX_IMAGE_PIXELS = settings.UPLOAD_MAX_PIXELS
        warnings.simplefilter("error", Image.DecompressionBombWarning)
