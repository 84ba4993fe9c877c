from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    """Calibration of the model for one microscope: labelling, the run, and its use there."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "calibration"
    verbose_name = "Calibration"

    def ready(self) -> None:
        """Register what can be verified; have what a run keeps in English told in every language."""
        from audit.kept_rows import keep
        from calibration.verification import LABELS
        from calibration.words import OUTCOMES
        from cases.words import take_up
        from hematovision import verifications

        keep(LABELS)
        verifications.register("calibration labels", LABELS.check)
        take_up(OUTCOMES)
