"""The app as Django knows it."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The signed report: frozen content, PDF, signature, versions."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        """Register checks and receivers, and tell the apps below where signed reports and differentials are."""
        from audit.kept_rows import keep
        from cases.providers import cases_without_result, signed_report_address
        from hematovision import verifications
        from reports import checks, receivers  # noqa: F401
        from reports.selectors.versions import (
            address_of_signed_report,
            cases_without_signed_result,
            previous_differential_of,
        )
        from reports.verification_checks import TEMPLATES, check_destroyed_keys, check_moves, check_signed_reports
        from review.providers import previous_differential

        keep(TEMPLATES)
        verifications.register("signed reports", check_signed_reports)
        verifications.register("destroyed keys", check_destroyed_keys)
        verifications.register("moved cases", check_moves)
        verifications.register("report templates", TEMPLATES.check)
        previous_differential.register(previous_differential_of)
        cases_without_result.register(cases_without_signed_result)
        signed_report_address.register(address_of_signed_report)
