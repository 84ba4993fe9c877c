"""Calibration for one microscope: fit, compare on cells held out by patient, and say no where it does not help."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.inference import metrics
from training.errors import NotFit
from training.evaluation.figures import readable
from training.split import split_groups

from .cells import LabelledCells, folds_by_group
from .compare import Answers, Comparison
from .decisions import Decisions
from .fit import FOLDS, Fitted, fit_decisions, fit_for

FEWEST_CELLS = 10
#: From so many cells and patients on, two fifths of the patients are held out; below, each cell is held out in turn.
FOR_A_SPLIT, PATIENTS_FOR_A_SPLIT = 200, 10
#: One to hold out, and two to choose by.
FEWEST_PATIENTS = 3
#: Fewer patients than this are said, though not refused.
ENOUGH_PATIENTS = 5
MOST_LOST_OF_A_CLASS, MOST_LOST_AT_HOME = 0.03, 0.01

_FIT_SHARE = (0.6, 0.4, 0.0)


@dataclass(frozen=True)
class Calibrated:
    """What calibration found: the decisions to use, the comparison on held-out cells and how they were held out.

    `counts` are the cells given, by class; `home` the accuracy before and after on the home camera, None when no cells of it
    were given; `warnings` are sentences for the person who decides.
    """

    fitted: Fitted
    comparison: Comparison
    held_out: str
    counts: dict[str, int]
    patients: int
    home: tuple[int, float, float] | None
    warnings: tuple[str, ...]


def calibrate(cells: LabelledCells, parent: Decisions, *, home: LabelledCells | None = None) -> Calibrated:
    """Fit `parent` to the camera of `cells` and compare; raises NotFit with a sentence where there is nothing to gain by it.

    With 200 cells of 10 patients the fit sees three fifths of the patients and the rest are held out. With fewer, the figures
    come from folds by patient, each held out once, and the final fit sees all cells.
    """
    before = Answers.of(parent, cells)
    refuse_cells(cells, before)
    if len(cells) >= FOR_A_SPLIT and cells.patients >= PATIENTS_FOR_A_SPLIT:
        names = [parent.labels[index] for index in cells.truth]
        parts = np.array(split_groups(names, cells.groups, [""] * len(cells), ratios=_FIT_SHARE))
        held = np.flatnonzero(parts != "train")
        fitted = fit_decisions(cells.take(np.flatnonzero(parts == "train")), parent)
        how = f"the cells of {len({cells.groups[row] for row in held})} patients, two fifths, which the fit did not see"
        rest = cells.take(held)
        comparison = Comparison(
            parent.labels, rest.truth, rest.groups, Answers.of(parent, rest), Answers.of(fitted.decisions, rest)
        )
    else:
        fitted = fit_decisions(cells, parent)
        comparison, how = _by_folds(cells, parent, before)
    at_home = None if home is None else _at_home(home, parent, fitted.decisions)
    refuse_result(comparison, at_home)
    return Calibrated(
        fitted=fitted,
        comparison=comparison,
        held_out=how,
        counts={label: int(n) for label, n in zip(parent.labels, cells.counts(len(parent.labels)), strict=True) if n},
        patients=cells.patients,
        home=at_home,
        warnings=tuple(_warnings(cells, parent, fitted)),
    )


def _by_folds(cells: LabelledCells, parent: Decisions, before: Answers) -> tuple[Comparison, str]:
    folds = folds_by_group(cells, FOLDS, seed=1)
    everything = np.arange(len(cells))
    parts = []
    for fold in folds:
        rest = cells.take(np.setdiff1d(everything, fold))
        # Held-out cells must be judged by the kind of fit that is delivered, though a fold has fewer cells to make it of.
        fitted = fit_decisions(rest, parent, fit_for(len(cells)))
        parts.append((fold, Answers.of(fitted.decisions, cells.take(fold))))
    comparison = Comparison(parent.labels, cells.truth, cells.groups, before, Answers.gathered(parts))
    return comparison, f"each cell once, in {len(folds)} folds by patient"


def _at_home(home: LabelledCells, parent: Decisions, fitted: Decisions) -> tuple[int, float, float]:
    right = [float((Answers.of(each, home).best == home.truth).mean()) for each in (parent, fitted)]
    return len(home), right[0], right[1]


def refuse_cells(cells: LabelledCells, before: Answers) -> None:
    """Raise NotFit when the cells cannot calibrate anything, whatever a fit would make of them."""
    if len(cells) < FEWEST_CELLS:
        raise NotFit(f"Too few labelled cells to calibrate: {len(cells)}, where {FEWEST_CELLS} are the least.")
    if cells.patients < FEWEST_PATIENTS:
        raise NotFit(
            f"All labelled cells are of {'one patient' if cells.patients == 1 else 'two patients'}, so nothing would show "
            f"whether the calibration holds for another. Label cells of at least {ENOUGH_PATIENTS} patients."
        )
    if len(set(cells.truth.tolist())) == 1:
        raise NotFit(
            "All labelled cells are of one class. Calibration needs cells of every class that is to be told apart."
        )
    if bool((before.best == cells.truth).all()):
        raise NotFit(
            f"All {len(cells)} labels agree with the model: there is nothing to correct, or the labels were taken from it."
        )


def refuse_result(comparison: Comparison, home: tuple[int, float, float] | None) -> None:
    """Raise NotFit when held-out cells do not show a gain, or a class or the home camera loses by it."""
    before, after = comparison.accuracy(comparison.before), comparison.accuracy(comparison.after)
    n, sure = len(comparison.truth), comparison.surely_gained()
    figures = f"accuracy on {n} held-out cells {before:.3f} before, {after:.3f} after"
    if sure <= 0:
        raise NotFit(
            f"Calibration does not help beyond chance: {figures}, a gain of {100 * comparison.gain:+.1f} points, at least "
            f"{100 * sure:+.1f} with 95 % confidence. More labelled cells may show more; else use the model as it is."
        )
    for label, (cells, was, now) in comparison.by_class().items():
        # One cell of a small class is more than three points and says nothing.
        if was - now >= 2 and (was - now) / cells > MOST_LOST_OF_A_CLASS:
            raise NotFit(
                f"Calibration makes {readable(label)} worse: {was} of {cells} held-out cells right before, {now} after "
                f"({figures}). Label more cells of this class."
            )
    if home is not None and home[1] - home[2] > MOST_LOST_AT_HOME:
        low, high = metrics.wilson_interval(round(home[2] * home[0]), home[0])
        raise NotFit(
            f"Calibration costs the home camera more than a point: accuracy on its {home[0]} cells {home[1]:.3f} before, "
            f"{home[2]:.3f} ({low:.3f}-{high:.3f}) after."
        )


def _warnings(cells: LabelledCells, parent: Decisions, fitted: Fitted) -> Sequence[str]:
    said = []
    if cells.patients < ENOUGH_PATIENTS:
        said.append(f"The cells are of {cells.patients} patients; {ENOUGH_PATIENTS} or more are better.")
    kept = [readable(label) for label in parent.labels if label not in fitted.fitted_classes]
    if kept:
        said.append(
            f"Too few labelled cells to fit {', '.join(kept)}: these keep the weights of the parent, and the others were kept "
            "from where it knows them. No figure here says how well that does on this microscope. Label some where they occur."
        )
    return said
