"""The audit trail as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what to which record: append-only and hash-chained."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        """Register what can be verified."""
        from audit.verification_checks import check_chain, check_guards
        from hematovision import verifications

        verifications.register("audit trail", check_chain)
        verifications.register("guards", check_guards)
