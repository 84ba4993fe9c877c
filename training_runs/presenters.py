"""What the page of a training run shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html

from classifier.admin.model_version import PICTURES
from training_runs.models import TrainingRun, TrainingState
from training_runs.services.plan import EVALUATION

if TYPE_CHECKING:
    from pathlib import Path

    from django.utils.safestring import SafeString


def evaluation_plots(row: TrainingRun) -> list[Path]:
    """The plots of a run's evaluation, by name; empty before it was evaluated."""
    folder = row.folder / EVALUATION
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)


def progress_of(row: TrainingRun) -> SafeString:
    """State, step, epoch, figures of the last epoch and the last lines of output."""
    facts = [row.get_state_display()]
    if row.step and row.state == TrainingState.RUNNING:
        facts.append(f"step {row.step}")
    if row.epoch:
        facts.append(f"epoch {row.epoch} of {row.total_epochs}")
    facts += [f"{name} {value:.4g}" for name, value in row.figures.items() if name != "epoch"]
    if row.host:
        facts.append(f"on {row.host}, attempt {row.attempt}")
    problem = format_html('<p class="errornote">{}</p>', row.problem) if row.problem else ""
    return format_html(
        '<progress max="{}" value="{}"></progress><p>{}</p>{}<pre>{}</pre>',
        max(row.total_epochs, 1),
        row.total_epochs if row.state == TrainingState.DONE else row.epoch,
        " · ".join(facts),
        problem,
        row.output,
    )
