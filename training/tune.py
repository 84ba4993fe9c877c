"""Which rate, dropout, unfreezing and augmentation are best, by a number of short runs that learn from each other.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) proposes, a median pruner stops what lags behind, and the
study lies in an SQLite file, so it goes on where it was cut off.
"""

import dataclasses
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .atomic import write_json
from .crop_set import Crops
from .errors import BadData
from .fit_options import FitOptions, Phase
from .progress import say

if TYPE_CHECKING:
    import optuna

STUDY, BEST, RESULT = "study.db", "best.json", "study.json"
_NAME = "tune"
_WARM_UP_TRIALS = 4


def tune(crops: Crops, base: FitOptions, *, out: Path, trials: int, epochs: int) -> Path:
    """Run trials until `trials` are finished or pruned in all, and give the file of the best options.

    Each trial is `base` with four things changed and `epochs` epochs in all; the best validation loss counts. Raises
    BadData when there is nothing to run, or when no trial came to an end.
    """
    import optuna

    if trials < 1 or epochs < 1:
        message = f"A search needs at least one run of one epoch, not {trials} runs of {epochs}."
        raise BadData(message)
    out.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=f"sqlite:///{(out / STUDY).resolve()}",
        study_name=_NAME,
        load_if_exists=True,
        direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=base.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_WARM_UP_TRIALS, n_warmup_steps=max(1, epochs // 4)),
    )
    _forget_cut_off(study)
    done = len(_ended(study))
    for number in range(done, trials):
        trial = study.ask()
        options = options_of(trial, base, epochs=epochs)
        _run(study, trial, crops, options, out / f"trial{trial.number:03d}")
        say(f"{number + 1} of {trials}: {trial.params}, best so far {_best_value(study)}")
    finished = [t for t in study.trials if t.state == optuna.trial.TrialState.COMPLETE]
    if not finished:
        message = "No run of the search came to an end, so there is no best one."
        raise BadData(message)
    best = options_of(optuna.trial.FixedTrial(study.best_params), base, epochs=epochs)
    write_json(out / BEST, dataclasses.asdict(best))
    write_json(
        out / RESULT,
        [{"number": t.number, "state": t.state.name, "value": t.value, "params": t.params} for t in study.trials],
    )
    return out / BEST


def options_of(trial: Any, base: FitOptions, *, epochs: int) -> FitOptions:
    """`base` with the rate, dropout, unfreezing and augmentation a trial proposes.

    Unfreezing: everything from the start, or the head alone for the first quarter of the epochs.
    """
    from .backbones import BACKBONES

    rate = trial.suggest_float("rate", 1e-4, 3e-3, log=True)
    dropout = trial.suggest_float("dropout", 0.0, 0.5)
    strength = trial.suggest_float("augmentation", 0.25, 1.75)
    part = trial.suggest_categorical("unfreeze", ["all", "head first", "late layers"])
    head = max(1, epochs // 4)
    late = BACKBONES[base.backbone].unfreeze_from
    phases = {
        "all": (Phase(epochs, rate),),
        "head first": (Phase(head, rate, "head"), Phase(max(1, epochs - head), rate / 3)),
        "late layers": (Phase(head, rate, "head"), Phase(max(1, epochs - head), rate / 3, late)),
    }[part]
    return dataclasses.replace(base, dropout=dropout, augmentation=strength, phases=phases)


def _run(study: "optuna.Study", trial: "optuna.Trial", crops: Crops, options: FitOptions, out: Path) -> None:
    import optuna

    from .fit import fit

    losses: list[float] = []

    def report(line: dict[str, float]) -> None:
        losses.append(line["val_loss"])
        trial.report(line["val_loss"], len(losses))
        if trial.should_prune():
            raise optuna.TrialPruned

    try:
        fit(crops, options, out=out, on_epoch=report)
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    else:
        study.tell(trial, min(losses))
    finally:
        # The options and losses are in the study; a few hundred megabytes of weights a trial are not worth keeping.
        shutil.rmtree(out, ignore_errors=True)


def _forget_cut_off(study: "optuna.Study") -> None:
    """A run that a kill cut off would count as running for ever."""
    import optuna

    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)


def _ended(study: "optuna.Study") -> list[Any]:
    import optuna

    return study.get_trials(states=(optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED))


def _best_value(study: "optuna.Study") -> str:
    import optuna

    finished = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    return f"{study.best_value:.4f}" if finished else "none yet"
