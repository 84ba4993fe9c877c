"""`fit`: train one network on a crop set, or go on with a run that was cut off."""

import argparse
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

from training.atomic import read_json
from training.errors import BadData
from training.fit_options import FitOptions, Phase
from training.progress import say

HELP = "train a network on a crop set; the same command goes on with a run that was cut off"

#: Options given on the command line, with the type of each; the others come from --options.
SIMPLE: dict[str, type] = {
    "backbone": str,
    "size_px": int,
    "um_per_px": float,
    "weights": str,
    "normalisation": str,
    "dropout": float,
    "batch": int,
    "steps": int,
    "optimizer": str,
    "weight_decay": float,
    "label_smoothing": float,
    "class_power": float,
    "augmentation": float,
    "outsiders": float,
    "schedule": str,
    "reduce_after": int,
    "patience": int,
    "precision": str,
    "seed": int,
    "workers": int,
}
#: What `--weights` calls the start from nothing, so that one line serves every network.
RANDOM = "random"
HELPS = {"weights": "imagenet (downloaded by Keras), a file of the same network, or random, which is the default"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--crops", required=True, type=Path, help="crop set written by crops")
    parser.add_argument("--out", required=True, type=Path, help="run folder")
    add_fit_options(parser)


def add_fit_options(parser: argparse.ArgumentParser) -> None:
    """Declare what decides a run; shared with tune."""
    parser.add_argument("--options", type=Path, help="JSON file of options; those given here win")
    for name, kind in SIMPLE.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=HELPS.get(name))
    parser.add_argument(
        "--phase",
        action="append",
        metavar="EPOCHS:RATE[:PART]",
        help="epochs at a rate, of “all”, the “head” or the layers from a name onwards; repeat for further phases",
    )
    parser.add_argument("--no-white-balance", action="store_true")
    parser.add_argument("--labels", help="classes in order, with commas; default all of the platform")


def read_options(arguments: argparse.Namespace) -> FitOptions:
    """The options of a run from a file and the command line; raises BadData naming what makes no sense."""
    given: dict[str, Any] = read_json(arguments.options) if arguments.options else {}
    unknown = sorted(set(given) - {field.name for field in fields(FitOptions)})
    if unknown:
        message = f"{arguments.options} has the option {unknown[0]}, which fit does not know."
        raise BadData(message)
    given |= {name: getattr(arguments, name) for name in SIMPLE if getattr(arguments, name) is not None}
    if given.get("weights") == RANDOM:
        given["weights"] = None
    if arguments.no_white_balance:
        given["white_balance"] = False
    if arguments.labels:
        given["labels"] = arguments.labels.split(",")
    if "labels" in given:
        given["labels"] = tuple(given["labels"])
    if arguments.phase:
        given["phases"] = [_phase(text) for text in arguments.phase]
    if "phases" in given:
        given["phases"] = tuple(Phase(**phase) for phase in given["phases"])
    return FitOptions(**given)


def _phase(text: str) -> dict[str, Any]:
    epochs, _, rest = text.partition(":")
    rate, _, part = rest.partition(":")
    try:
        return {"epochs": int(epochs), "rate": float(rate), "train": part or "all"}
    except ValueError as error:
        message = f"“{text}” is no phase; write EPOCHS:RATE or EPOCHS:RATE:PART, such as 10:1e-3:head."
        raise BadData(message) from error


def run(arguments: argparse.Namespace) -> None:
    """Train and say where the weights are."""
    from training.crop_set import Crops
    from training.fit import fit

    options = read_options(arguments)
    listener = _Listener(sum(phase.epochs for phase in options.phases))
    best = fit(Crops.open(arguments.crops), options, out=arguments.out, on_epoch=listener)
    say(f"Best weights: {best}.")


class _Listener:
    """Says after every epoch how it went and about how long the rest takes."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._began = time.monotonic()

    def __call__(self, line: dict[str, float]) -> None:
        now = time.monotonic()
        took, self._began = now - self._began, now
        done = int(line["epoch"]) + 1
        left = round(took * (self._epochs - done) / 60)
        figures = ", ".join(f"{key} {line[key]:.4f}" for key in ("loss", "val_loss", "val_accuracy") if key in line)
        say(f"epoch {done} of {self._epochs}: {figures}; about {left} min left")
