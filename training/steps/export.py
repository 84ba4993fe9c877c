"""`export`: a run becomes a bundle that can be registered and served."""

import argparse
from pathlib import Path

HELP = "write .keras, int8 ONNX, calibration and card of a trained network as a model folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", type=Path, help="run folder of fit, or a weights file in one")
    parser.add_argument("--crops", required=True, type=Path, help="crop set the network was trained on")
    parser.add_argument("--out", required=True, type=Path, help="model folder to write")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--data", default="", help="a sentence about the data, for the card")
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
    parser.add_argument(
        "--precision",
        choices=("int8", "float32", "both"),
        default="int8",
        help="ONNX files to write; int8 is served where it is there (default %(default)s)",
    )
    parser.add_argument("--replace", action="store_true", help="replace the folder when it is there")


def run(arguments: argparse.Namespace) -> None:
    """Write the bundle."""
    from training.crop_set import Crops
    from training.export.publish import PublishOptions, publish

    options = PublishOptions(
        name=arguments.name,
        version=arguments.version,
        goal=arguments.goal,
        known=arguments.known,
        strict_score=arguments.strict_score,
        precision=arguments.precision,
        data=arguments.data,
    )
    publish(arguments.run, Crops.open(arguments.crops), arguments.out, options=options, replace=arguments.replace)
