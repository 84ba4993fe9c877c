"""The commands of a training run, in order: the same ones a person types."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training_runs.models import StartWeights, TrainingRun
from training_runs.sources import data_folder

MODEL, FIT, CROPS, MANIFEST, EVALUATION = "model", "fit", "crops", "manifest", "evaluation"
#: What `fit` calls its log; its own module imports Keras.
LOG = "log.csv"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called and the arguments after `python -m training`.

    `redo` is the folder it writes whole: if that is there although the step is not noted as done, it is written anew.
    """

    name: str
    arguments: list[str]
    redo: str = ""

    @property
    def command(self) -> list[str]:
        """What is executed."""
        return [sys.executable, "-m", "training", self.name, *self.arguments]


def steps_of(run: TrainingRun) -> list[Step]:
    """Every step from the folders of images to a model folder with an evaluation in its card."""
    folder = run.folder
    manifest, crops, fit = str(folder / MANIFEST), str(folder / CROPS), folder / FIT
    model, evaluation = str(folder / MODEL), folder / EVALUATION
    sources = [f"{Path(name).stem}={data_folder() / name}" for name in run.sources]
    tolerance = [*(["--skip-bad"] if run.skip_bad else []), *(["--mixed-sizes"] if run.mixed_sizes else [])]
    named = ["--name", run.name, "--version", run.version]
    told = f"{', '.join(run.sources)}; trained from the administration."
    return [
        Step("prepare", [*sources, "--out", manifest, "--seed", str(run.seed), *tolerance], redo=manifest),
        Step(
            "crops",
            [manifest, "--out", crops, "--size", str(run.size_px), "--um-per-px", str(run.um_per_px)],
            redo=crops,
        ),
        Step("fit", ["--crops", crops, "--out", str(fit), "--options", str(options_file(run))]),
        Step("export", [str(fit), "--crops", crops, "--out", model, *named, "--data", told], redo=model),
        Step(
            "evaluate",
            [model, "--crops", crops, "--out", str(evaluation), "--history", str(fit / LOG)],
            redo=str(evaluation),
        ),
        Step("card", [model, "--evaluation", str(evaluation / "evaluation.json"), "--as", "held_out_test"]),
    ]


def options_file(run: TrainingRun) -> Path:
    """Where the options of `fit` are written."""
    return run.folder / "options.json"


def fit_options(run: TrainingRun) -> dict[str, Any]:
    """The options of `fit` this run asks for: frozen base first when it starts from learnt weights, then everything."""
    phases = [{"epochs": run.epochs, "rate": run.rate, "train": "all"}]
    if run.start_weights == StartWeights.IMAGENET:
        phases[0]["rate"] = run.rate / 10
        if run.head_epochs:
            phases.insert(0, {"epochs": run.head_epochs, "rate": run.rate, "train": "head"})
    return {
        "backbone": run.backbone,
        "size_px": run.size_px,
        "um_per_px": run.um_per_px,
        "weights": "imagenet" if run.start_weights == StartWeights.IMAGENET else None,
        "phases": phases,
        "batch": run.batch,
        "seed": run.seed,
    }


def write_options(run: TrainingRun) -> None:
    """Write the options file, once: a run that goes on goes on with the options it began with."""
    path = options_file(run)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(fit_options(run), indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
