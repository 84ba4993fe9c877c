"""`manage.py train <step>`: the steps of training, and entering the result in the registry."""

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.inference.errors import InferenceError
from training.__main__ import add_steps
from training.steps import STEPS
from training_runs.management import register


class Command(BaseCommand):
    """Thin wrapper: every step but `register` is a pure function, also reachable as `python -m training <step>`."""

    help = "From folders of images to a registered model: prepare, explore, crops, fit, export, evaluate, register ..."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_steps(parser, {**STEPS, "register": register})

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["action"](Namespace(**options))
        except InferenceError as error:
            raise CommandError(error.sentence) from error
