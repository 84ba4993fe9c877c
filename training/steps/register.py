"""`register`: enter a model folder in the platform's registry. The one step that needs Django."""

import argparse
import os
from pathlib import Path

from training.errors import TrainingError

HELP = "enter a model folder in the platform's registry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, help="model folder")


def run(arguments: argparse.Namespace) -> None:
    """Hand the folder to the platform's own command; raises TrainingError where the platform is not installed."""
    try:
        import django
        from django.apps import apps
        from django.core.management import call_command
    except ImportError as error:
        message = "Registering needs the platform (Django), which is not installed here. Copy the folder to a host that has it."
        raise TrainingError(message) from error
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")
        django.setup()
    call_command("register_model", str(arguments.model))
