"""`preview`: what augmentation does to a few cells, as one image."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "an image of what augmentation does to a few cells"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--crops", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path, help="PNG to write")
    parser.add_argument("--augmentation", type=float, default=1.0, help="strength (default %(default)s)")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--um-per-px", type=float, default=0.17)
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> None:
    """Write the image."""
    from training.crop_set import Crops
    from training.preview import preview

    preview(
        Crops.open(arguments.crops),
        arguments.out,
        strength=arguments.augmentation,
        size_px=arguments.size,
        um_per_px=arguments.um_per_px,
        seed=arguments.seed,
    )
    say(f"Written to {arguments.out}.")
