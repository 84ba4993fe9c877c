"""`compare`: several bundles on the same crops, one table."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "several model folders on the same crops in one table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("models", nargs="+", type=Path, help="model folders")
    parser.add_argument("--crops", required=True, type=Path, nargs="+", help="a crop set, or one for each model")
    parser.add_argument("--split", default="test", help="part of the crop set (default %(default)s)")
    parser.add_argument("--out", required=True, type=Path, help="folder for compare.csv and compare.md")


def run(arguments: argparse.Namespace) -> None:
    """Compare and print the table."""
    from training.compare import compare

    say(compare(arguments.models, arguments.crops, arguments.out, split=arguments.split))
