"""The images a training may learn from: what lies in the training data folder of this host, and nothing else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def data_folder() -> Path:
    """The one folder trainings may read; asking by name cannot reach anything else on the host."""
    return Path(settings.TRAINING_DIR) / "data"


def available_sources() -> list[str]:
    """Names of the folders and CSV files of images that lie in the training data folder."""
    folder = data_folder()
    if not folder.is_dir():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() == ".csv")
    )
