"""`card`: put the figures of an evaluation into a bundle's card."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "add the figures of an evaluation file to a model's card"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, help="model folder, not registered yet")
    parser.add_argument("--evaluation", required=True, type=Path, help="JSON of `evaluate`")
    parser.add_argument("--as", required=True, dest="label", help="what the set is called in the card")


def run(arguments: argparse.Namespace) -> None:
    """Add the figures and write the card again."""
    from training.export.card import add_evaluation

    bundle = add_evaluation(arguments.model, arguments.evaluation, name=arguments.label)
    say(f"{bundle.name} {bundle.version}: figures of {arguments.label} are in its card.")
