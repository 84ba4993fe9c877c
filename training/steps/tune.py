"""`tune`: look for a better rate, dropout, unfreezing and augmentation within a number of short runs."""

import argparse
from pathlib import Path

from training.progress import say

from .fit import add_fit_options, read_options

HELP = "search rate, dropout, unfreezing and augmentation; the study can be cut off and gone on with"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--crops", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path, help="folder of the study")
    parser.add_argument(
        "--trials", type=int, default=20, help="runs in all, those done before included (default %(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=8, help="epochs of a run (default %(default)s)")
    add_fit_options(parser)


def run(arguments: argparse.Namespace) -> None:
    """Search and say what was best."""
    from training.crop_set import Crops
    from training.tune import tune

    base = read_options(arguments)
    best = tune(Crops.open(arguments.crops), base, out=arguments.out, trials=arguments.trials, epochs=arguments.epochs)
    say(f"Best options, for fit --options: {best}.")
