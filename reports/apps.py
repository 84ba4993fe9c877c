"""The app as Django knows it."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The signed report: frozen content, PDF, signature, versions."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        """Register checks and receivers, and tell the apps below where signed reports and differentials are."""
        from cases.hooks import register_signed_report
        from reports import checks, receivers  # noqa: F401
        from reports.selectors import previous_differential_of, signed_report_address
        from review.hooks import register_previous_differential

        register_previous_differential(previous_differential_of)
        register_signed_report(signed_report_address)
