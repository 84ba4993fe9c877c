"""The app as Django knows it."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """How the model and its reviewers agree, drift, break-glass access."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "oversight"
    verbose_name = "Oversight"

    def ready(self) -> None:
        """Tell owners of break-glass access, administrators of unknown cameras, and the audit trail which records belong to a case."""
        from django.db.models.signals import post_save

        from audit import providers
        from cases.signals import break_glass_opened, cells_changed
        from classifier.signals import camera_standing_changed
        from hematovision import verifications
        from oversight.receivers import (
            note_saved_case,
            note_that_cells_changed,
            tell_administrators_of_unknown_camera,
            tell_owners_of_break_glass,
        )
        from oversight.selectors.records import records_of_case, types_that_list_cases
        from oversight.services.decision_check import find_changed_decisions
        from oversight.verification import check_results

        verifications.register("decisions", find_changed_decisions)
        verifications.register("results of verifications", check_results)
        break_glass_opened.connect(tell_owners_of_break_glass, dispatch_uid="oversight.tell_owners_of_break_glass")
        cells_changed.connect(note_that_cells_changed, dispatch_uid="oversight.note_that_cells_changed")
        post_save.connect(note_saved_case, sender="cases.Case", dispatch_uid="oversight.note_saved_case")
        camera_standing_changed.connect(
            tell_administrators_of_unknown_camera, dispatch_uid="oversight.tell_administrators_of_unknown_camera"
        )
        providers.records_of_case.register(records_of_case)
        providers.types_that_list_cases.register(types_that_list_cases)
