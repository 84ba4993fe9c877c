"""The pages that are composed of everything below."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """The worklist and the case with its fields: where people work, put together from all the other apps."""

    name = "workbench"
    verbose_name = "Workbench"
