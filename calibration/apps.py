from django.apps import AppConfig


class CalibrationConfig(AppConfig):
    """Calibration of the model for one microscope: labelling, the run, and its use there."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "calibration"
    verbose_name = "Calibration"
