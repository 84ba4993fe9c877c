"""`explore`: look at a manifest's images."""

import argparse
from pathlib import Path

from training.explore import explore
from training.manifest import read_manifest
from training.progress import say

HELP = "class counts, sizes, colour, focus, samples and copies as plots and one HTML page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("manifest", type=Path, help="manifest.csv or its folder")
    parser.add_argument("--root", type=Path, help="folder the manifest's paths start from, when the images moved")
    parser.add_argument("--out", required=True, type=Path, help="folder for the page")
    parser.add_argument(
        "--sample", type=int, default=400, help="images a class that are measured (default %(default)s)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Do the step and say where the page is."""
    page = explore(read_manifest(arguments.manifest, root=arguments.root), arguments.out, sample=arguments.sample)
    say(f"Written to {page}.")
