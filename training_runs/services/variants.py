"""Naming a variant."""

from __future__ import annotations

from pathlib import Path

from classifier.inference.bundle import ModelBundle
from classifier.models import ModelVersion
from training.adaptation.variant import variant_version


def free_version(parent: ModelBundle, root: Path, *, in_registry: bool) -> str:
    """The first version of a variant of `parent` that no folder in `root` and, `in_registry`, no registered model has."""
    number = 1
    while True:
        version = variant_version(parent, number)
        known = in_registry and ModelVersion.objects.filter(name=parent.name, version=version).exists()
        if not known and not (root / f"{parent.name}-{version}").exists():
            return version
        number += 1
