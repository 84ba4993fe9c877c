"""`manage.py train register`: the step after the last one of the library, which knows no registry."""

import argparse
from pathlib import Path

from django.core.management import call_command

HELP = "enter a model folder in the platform's registry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, help="model folder")


def run(arguments: argparse.Namespace) -> None:
    """Hand the folder to the command that also registers models made elsewhere."""
    call_command("register_model", str(arguments.model))
