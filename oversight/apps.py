"""The app as Django knows it."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """How the machine and its readers agree, drift, break-glass access."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "oversight"
    verbose_name = "Oversight"

    def ready(self) -> None:
        """Tell owners of break-glass access, and the trail which records belong to a case."""
        from audit.families import register_case_family
        from cases.signals import break_glass_opened
        from oversight.receivers import tell_owners_of_break_glass
        from oversight.selectors.family import records_of_case

        break_glass_opened.connect(tell_owners_of_break_glass, dispatch_uid="oversight.tell_owners_of_break_glass")
        register_case_family(records_of_case)
