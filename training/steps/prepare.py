"""`prepare`: check images, group copies, split, write the manifest."""

import argparse
from pathlib import Path

from training.grouping.near_duplicates import METHODS
from training.manifest import MANIFEST
from training.prepare import FEWEST_PER_CLASS, PrepareOptions, prepare
from training.progress import say
from training.split import read_ratios

HELP = "check images, group copies, split without leaks, write a manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "sources", nargs="+", help="folders of class folders, CSV files (path,label) or BCCD; name=path names one"
    )
    parser.add_argument("--out", required=True, type=Path, help="folder for the manifest")
    parser.add_argument("--ratios", default="70/15/15", help="training/validation/test (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--near", choices=METHODS, default="auto", help="how copies are found (default %(default)s)")
    parser.add_argument("--groups", type=Path, help="CSV naming the original of each image (file,original)")
    parser.add_argument("--never-train", type=Path, help="text file of originals that belong to the test")
    parser.add_argument("--skip-bad", action="store_true", help="leave unusable files out instead of stopping")
    parser.add_argument("--mixed-sizes", action="store_true", help="accept images of very different sizes in a source")
    parser.add_argument(
        "--fewest", type=int, default=FEWEST_PER_CLASS, help="least images of a class (default %(default)s)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Do the step and say what came out."""
    options = PrepareOptions(
        ratios=read_ratios(arguments.ratios),
        seed=arguments.seed,
        near=arguments.near,
        groups=arguments.groups,
        never_train=arguments.never_train,
        skip_bad=arguments.skip_bad,
        mixed_sizes=arguments.mixed_sizes,
        fewest=arguments.fewest,
    )
    manifest = prepare(arguments.sources, arguments.out, options=options)
    for split, counts in manifest.counts().items():
        total, each = sum(counts.values()), ", ".join(f"{label} {n}" for label, n in counts.items())
        say(f"{split}: {total} images ({each})")
    say(f"Written to {arguments.out / MANIFEST}.")
