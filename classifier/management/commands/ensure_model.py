"""Register this installation's model, and activate it when nothing is in use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from classifier.services import ensure_model


class Command(BaseCommand):
    help = (
        "Register the model of HEMATOVISION_MODEL_DIR and activate it when no model is active. Never replaces a model "
        "somebody chose. Exits 0 even without a usable model: the pages still work, analyses say what is missing."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        ensured = ensure_model(directory=settings.HEMATOVISION_MODEL_DIR)
        style = self.style.SUCCESS if ensured.active else self.style.WARNING
        self.stdout.write(style(ensured.sentence))
