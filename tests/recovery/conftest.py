"""Small installations made by hand, as the tools see them: no Django in between."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from deploy.recovery.installation import Installation
from deploy.recovery.progress import Progress
from deploy.recovery.taking import Taken, take_backup

ORIGINAL = "originals/ab/cd/abcd.jpg"
TABLES = """
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);
CREATE TABLE audit_chainhead (id INTEGER PRIMARY KEY, position INTEGER, hash TEXT);
CREATE TABLE cases_patient (id INTEGER PRIMARY KEY, mrn TEXT);
CREATE TABLE cases_smearimage (id INTEGER PRIMARY KEY, original TEXT, display TEXT, thumbnail TEXT);
CREATE TABLE classifier_explanation (id INTEGER PRIMARY KEY, picture TEXT);
CREATE TABLE classifier_modelversion (id INTEGER PRIMARY KEY, name TEXT, version TEXT, directory TEXT);
CREATE TABLE reports_report (id INTEGER PRIMARY KEY, pdf TEXT);
INSERT INTO django_migrations VALUES (1, 'cases', '0001_initial'), (2, 'elsewhere', '0001_initial');
INSERT INTO audit_chainhead VALUES (1, 47, 'c0ffee');
"""


def environment(var: Path, keys: dict[str, str]) -> dict[str, str]:
    return {"HEMATOVISION_VAR": str(var), **keys}


@pytest.fixture
def keys() -> dict[str, str]:
    return {
        "HEMATOVISION_FIELD_KEYS": Fernet.generate_key().decode(),
        "HEMATOVISION_BLIND_INDEX_KEY": "an index key of a test",
        "HEMATOVISION_AUDIT_CHECKPOINT_KEY": "a checkpoint key of a test",
    }


@pytest.fixture
def source(tmp_path, keys) -> Installation:
    """One patient, one image, one model, one checkpoint."""
    found = Installation.from_environment(environment(tmp_path / "source", keys))
    model = found.var / "models" / "net-1"
    for path, content in (
        (found.media / ORIGINAL, b"a smear"),
        (model / "card.json", b"{}"),
        (found.checkpoints / "checkpoint-000001.json", b"signed"),
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    token = Fernet(keys["HEMATOVISION_FIELD_KEYS"]).encrypt(b"MRN-1").decode()
    with closing(sqlite3.connect(found.database.path)) as connection, connection:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO cases_patient VALUES (1, ?)", [token])
        connection.execute("INSERT INTO cases_smearimage VALUES (1, ?, '', '')", [ORIGINAL])
        connection.execute("INSERT INTO classifier_modelversion VALUES (1, 'net', '1', ?)", [str(model)])
    return found


@pytest.fixture
def taken(source, tmp_path) -> Taken:
    """Its backup."""
    return take_backup(source, tmp_path / "backups", Progress())


@pytest.fixture
def target(tmp_path, keys) -> Installation:
    """Another place, where nothing is yet."""
    return Installation.from_environment(environment(tmp_path / "target", keys))


def with_keys(installation: Installation, **changed: tuple[str, ...]) -> Installation:
    """The same place with other keys at hand."""
    return replace(installation, keys=replace(installation.keys, **changed))
