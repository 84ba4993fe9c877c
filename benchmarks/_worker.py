"""What a worker imports before it does anything, and its start: imported once and forked, so that a hundred starts are cheap."""

from __future__ import annotations

import os
from pathlib import Path

import django

django.setup()

import celery.apps.beat  # noqa: E402
import celery.apps.worker  # noqa: E402, F401

import classifier.bundle_analyser  # noqa: E402, F401
from hematovision.celery import app  # noqa: E402

app.loader.import_default_modules()


def start(arguments: list[str], log: Path) -> None:
    """Be a process of Celery's until somebody ends it."""
    said = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(said, 1)
    os.dup2(said, 2)
    app.start(arguments)
