"""`evaluate`: every figure and plot of a bundle on a crop set."""

import argparse
from pathlib import Path

from training.progress import say

HELP = "figures, curves, tables and image grids of a model folder on a crop set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--crops", required=True, type=Path)
    parser.add_argument("--split", default="test", help="part of the crop set (default %(default)s)")
    parser.add_argument("--source", action="append", help="only this source; may be repeated")
    parser.add_argument("--history", type=Path, help="log.csv of the run, for the curves of training")
    parser.add_argument("--out", required=True, type=Path, help="folder for the evaluation")


def run(arguments: argparse.Namespace) -> None:
    """Evaluate and print the figures that matter."""
    from classifier.inference.bundle import ModelBundle
    from training.crop_set import Crops
    from training.evaluation.bundles import evaluate_bundle
    from training.history import read_history

    result = evaluate_bundle(
        ModelBundle.load(arguments.model),
        Crops.open(arguments.crops),
        arguments.out,
        split=arguments.split,
        sources=arguments.source,
        history=read_history(arguments.history) if arguments.history else (),
    )
    low, high = result["groups"]["image_accuracy_ci95"]
    say(f"accuracy {result['accuracy']:.4f} ({low:.4f}-{high:.4f}), n {result['n']}, macro-F1 {result['macro_f1']:.4f}")
    say(f"ECE {result['calibration']['ece_after']:.4f}, unidentified {result['unidentified']['share']:.1%}")
    for label, line in result["per_class"].items():
        (least, most), (lowest, highest) = (result["per_class_ci95"][label][key] for key in ("recall", "precision"))
        say(
            f"{label:<22} recall {line['recall']:.3f} ({least:.3f}-{most:.3f}), n {line['support']}, "
            f"precision {line['precision']:.3f} ({lowest:.3f}-{highest:.3f}), n {line['predicted']}"
        )
    say(f"Written to {arguments.out}.")
