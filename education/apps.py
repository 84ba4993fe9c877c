"""The app as Django knows it."""

from django.apps import AppConfig


class EducationConfig(AppConfig):
    """What is taught and learned: cells, sets, attempts, classes of students, certificates."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "education"
    verbose_name = "Education"

    def ready(self) -> None:
        """Recall cells of reports that change and of patients who are restricted or merged; verify consents; bring in who was invited."""
        from django.db.models.signals import post_save

        from accounts.signals import invitation_accepted
        from audit.kept_rows import keep
        from cases.models import PatientMerge, PatientRestriction
        from education.presenters.report_page import copy_link
        from education.receivers import recall_changed_report, recall_merged_patient, recall_restricted_patient
        from education.selectors.certificates import certificate_address
        from education.services.class_lists import welcome
        from education.verification import (
            CERTIFICATES,
            CONSENTS,
            OBJECTIONS,
            REQUESTS,
            check_certificates,
            check_consents,
            check_sources,
        )
        from hematovision import verifications
        from reports import providers
        from reports.signals import report_signed

        keep(CONSENTS, OBJECTIONS, REQUESTS, CERTIFICATES)
        verifications.register("certificates", check_certificates)
        verifications.register("consents to teaching", check_consents)
        verifications.register("sources of taught cells", check_sources)
        report_signed.connect(recall_changed_report, dispatch_uid="education.recall_changed_report")
        post_save.connect(recall_restricted_patient, PatientRestriction, dispatch_uid="education.recall_restricted")
        post_save.connect(recall_merged_patient, PatientMerge, dispatch_uid="education.recall_merged")
        providers.teaching_link.register(copy_link)
        invitation_accepted.connect(welcome, dispatch_uid="education.welcome")
        providers.other_document.register(certificate_address)
