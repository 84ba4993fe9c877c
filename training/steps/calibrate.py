"""`calibrate`: temperature, thresholds and novelty of a bundle, fitted again on other crops, as a new version."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "fit temperature, thresholds and novelty of a model folder again, as a new version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--crops", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path, help="new model folder")
    parser.add_argument("--version", required=True, help="version of the new model")
    parser.add_argument(
        "--goal", type=float, default=0.995, help="accuracy aimed at on identified cells (default %(default)s)"
    )
    parser.add_argument(
        "--known",
        type=float,
        default=0.995,
        help="share of the main source's cells that are not held back as novel (default %(default)s)",
    )
    parser.add_argument(
        "--strict-score", type=float, help="score that a name needs on an unknown camera (default: the product's own)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the new bundle and say what changed."""
    from classifier.inference.bundle import ModelBundle
    from training.crop_set import Crops
    from training.export.recalibrate import recalibrate

    old = ModelBundle.load(arguments.model)
    new = recalibrate(
        old,
        Crops.open(arguments.crops),
        arguments.out,
        version=arguments.version,
        goal=arguments.goal,
        known=arguments.known,
        strict_score=arguments.strict_score,
    )
    say(f"Temperature {old.temperature:.4f} before, {new.temperature:.4f} now. Written to {arguments.out}.")
