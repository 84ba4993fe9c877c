"""`blend`: a trained network mixed with the one it started from."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "mix a trained network with the one it started from, as a run folder of its own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", type=Path, help="run folder of `fit`")
    parser.add_argument("--with", required=True, type=Path, dest="parent", help="`.keras` file it started from")
    parser.add_argument("--share", required=True, type=float, help="share of that file in the mixture, 0 to 1")
    parser.add_argument("--out", required=True, type=Path, help="new run folder")


def run(arguments: argparse.Namespace) -> None:
    """Write the new run folder."""
    from training.blend import blend

    weights = blend(arguments.run, arguments.parent, share=arguments.share, out=arguments.out)
    say(f"Written to {weights}.")
