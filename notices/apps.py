"""The app as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What a person is told: in the app, by e-mail and in browsers, never with patient data."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        """Listen to orders and rejected specimens, which do not know who wants to be told of them."""
        from django.db.models.signals import post_save

        from notices import checks  # noqa: F401 (importing registers them)
        from notices.receivers import case_opened, order_stepped, specimen_rejected

        post_save.connect(case_opened, sender="cases.Case", dispatch_uid="notices.case_opened")
        post_save.connect(specimen_rejected, sender="cases.SpecimenRejection", dispatch_uid="notices.specimen_rejected")
        post_save.connect(order_stepped, sender="cases.OrderTransition", dispatch_uid="notices.order_stepped")
