from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Try: a picture that is no part of any record, and what the model says of it."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "sandbox"
    verbose_name = "Try"

    def ready(self) -> None:
        """Have what rows keep in English told in every language."""
        from cases.words import take_up
        from sandbox.words import KEPT

        take_up(KEPT)
