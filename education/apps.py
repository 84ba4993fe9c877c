"""The app as Django knows it."""

from django.apps import AppConfig


class EducationConfig(AppConfig):
    """What is taught and learned: cells, sets, attempts, classes of students, certificates."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "education"
    verbose_name = "Education"
