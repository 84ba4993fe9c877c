"""The app as Django knows it."""

from django.apps import AppConfig


class EducationConfig(AppConfig):
    """What is taught and learned: cells, sets, attempts, classes of students, certificates."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "education"
    verbose_name = "Education"

    def ready(self) -> None:
        """Listen to who accepts an invitation, which does not know of classes."""
        from accounts.signals import invitation_accepted
        from education.services.class_lists import welcome

        invitation_accepted.connect(welcome, dispatch_uid="education.welcome")
