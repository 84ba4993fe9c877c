"""The app as Django knows it."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What becomes of a report at the clinic: delivered, opened, acknowledged."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "inbox"
    verbose_name = "Report inbox"

    def ready(self) -> None:
        """Listen to the reports, which do not know where they go, and to the audit trail of who viewed one."""
        from django.db.models.signals import post_save

        from cases import providers as cases_providers
        from hematovision import verifications
        from inbox.presenters import receivers_panel
        from inbox.receivers import deliver_signed_report, note_seen_report
        from inbox.selectors import waiting_for_acknowledgement
        from inbox.verification import check_deliveries, check_limits
        from reports import providers
        from reports.signals import report_signed

        post_save.connect(note_seen_report, sender="audit.AuditEvent", dispatch_uid="inbox.note_seen_report")
        report_signed.connect(deliver_signed_report, dispatch_uid="inbox.deliver_signed_report")
        verifications.register("deliveries", check_deliveries)
        verifications.register("critical limits", check_limits)
        cases_providers.waiting_for_acknowledgement.register(waiting_for_acknowledgement)
        providers.receivers_panel.register(receivers_panel)
