"""The app as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What a person is told: in the app and by e-mail, never with patient data."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        """Listen to the orders, which do not know who wants to be told of them."""
        from django.db.models.signals import post_save

        from notices.receivers import order_stepped

        post_save.connect(order_stepped, sender="cases.OrderTransition", dispatch_uid="notices.order_stepped")
