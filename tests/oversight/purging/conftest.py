"""A record with images, the rules that are on, and a run of the purge later."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cases.storage import clinical_storage
from oversight.services.purging import purge
from tests.oversight.purging._purging import LATER
from tests.oversight.tampering.record import write_record


@pytest.fixture
def record(settings, monkeypatch, tmp_path, amina, pavel, ines):
    storage = clinical_storage()
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path / "clinical"))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "clinical"))
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    return write_record(amina=amina, pavel=pavel, ines=ines, folder=tmp_path)


@pytest.fixture
def rules(settings):
    """Turn rules on; each after 365 days."""

    def on(*names):
        settings.PURGE_DAYS = [f"{name}=365" for name in names]

    return on


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """Purge as if it were 400 days later, with what follows the commit."""

    def purged(now=None):
        with django_capture_on_commit_callbacks(execute=True):
            return purge(actor=None, now=now or timezone.now() + LATER)

    return purged
