"""The model folder of a calibration: the parent's network as it is, another head, and a card that says all of it."""

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.inference.bundle import (
    HEAD_FILE,
    KERAS_FILE,
    NOVELTY_FILE,
    ONNX_FILE,
    ONNX_FLOAT_FILE,
    SEPARATE_HEAD,
    ModelBundle,
    seal,
)
from training.atomic import whole_folder
from training.errors import NotFit
from training.export.card import write_model_card

from .calibration import Calibrated

_NETWORKS = (ONNX_FILE, ONNX_FLOAT_FILE, KERAS_FILE)
_NOT_OF_A_VARIANT = frozenset({"format", "files", "metrics", "calibrated_from"})


@dataclass(frozen=True)
class Microscope:
    """What a calibration is for: a name, and in words which clinic, camera and stain; `patients_known` by group or not.

    `registered` is the identifier the platform keeps the microscope under, None where it keeps none.
    """

    name: str
    scope: str = ""
    patients_known: bool = True
    registered: str | None = None


def refuse_variant(parent: ModelBundle) -> None:
    """Raise NotFit when the model is a variant itself: calibration always starts from a model in its own right."""
    if parent.parent is not None:
        raise NotFit(
            f"{parent.name} {parent.version} is calibrated already. Calibrate the model it was made from instead."
        )


def variant_version(parent: ModelBundle, number: int) -> str:
    """The version of the `number`th variant of a model, such as 2.0.1+site.1."""
    return f"{parent.version}+site.{number}"


def write_variant(
    parent: ModelBundle, found: Calibrated, out: Path | str, *, version: str, microscope: Microscope
) -> ModelBundle:
    """Write the variant's folder `out` in one step; the network's files are hard links to the parent's where that can be.

    Raises NotFit when `parent` is a variant, BadData when `out` is there already, NoSpace when the disk fills.
    """
    refuse_variant(parent)
    decisions = found.fitted.decisions
    with whole_folder(out) as folder:
        for name in filter(parent.has, _NETWORKS):
            _link(parent.path(name), folder / name)
        decisions.head.save(folder / HEAD_FILE)
        card: dict[str, Any] = {key: value for key, value in parent.card.items() if key not in _NOT_OF_A_VARIANT}
        if decisions.novelty is not None:
            decisions.novelty.save(folder / NOVELTY_FILE)
            card["novelty"] = {**card["novelty"], "threshold": decisions.novelty_threshold, "file": NOVELTY_FILE}
        compared = found.comparison.as_dict()
        card |= {
            "version": version,
            "parent": parent.card_sha256,
            "head": SEPARATE_HEAD,
            "temperature": decisions.temperature,
            "thresholds": decisions.thresholds,
            "adapted": _adapted(parent, found, microscope, compared),
            # The first name is the one drift is judged by: what this model does on this microscope.
            "metrics": {"validation": compared["after"], "validation, as the parent": compared["before"]},
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        }
        write_model_card(folder, card)
        seal(folder, card)
    return ModelBundle.load(out)


def _adapted(
    parent: ModelBundle, found: Calibrated, microscope: Microscope, compared: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": microscope.name,
        "scope": microscope.scope,
        "microscope": microscope.registered,
        "parent": f"{parent.name} {parent.version}",
        "cells": found.counts,
        "patients": found.patients if microscope.patients_known else None,
        "fit": found.fitted.fit,
        "strength": found.fitted.strength,
        "fitted_classes": list(found.fitted.fitted_classes),
        "held_out": found.held_out,
        **{key: compared[key] for key in ("n", "gain", "gain_at_least", "by_class")},
        "before": _short(compared["before"]),
        "after": _short(compared["after"]),
        "home": None if found.home is None else dict(zip(("n", "before", "after"), found.home, strict=True)),
        "warnings": list(found.warnings),
    }


def _short(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "accuracy": figures["accuracy"],
        "accuracy_ci95": figures["accuracy_ci95"],
        "macro_f1": figures["macro_f1"],
        "ece": figures["calibration"]["ece_after"],
        "unidentified": figures["unidentified"],
    }


def _link(source: Path, target: Path) -> None:
    """A hard link, or a copy where the file system knows none or the folders lie on different ones."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
