"""The app as Django knows it."""

from django.apps import AppConfig


class MicroscopesConfig(AppConfig):
    """The microscopes of clinics and laboratories: a camera is a thing, with a scale and a history."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "microscopes"
    verbose_name = "Microscopes"

    def ready(self) -> None:
        """Register what can be verified."""
        from audit.kept_rows import keep
        from hematovision import verifications
        from microscopes.verification import MICROSCOPES

        keep(MICROSCOPES)
        verifications.register("microscopes", MICROSCOPES.check)
