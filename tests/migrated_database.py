"""Keeps the migrated, empty SQLite database, and hands it to every process and every run of the suite. A pytest plugin.

To apply all migrations takes ten seconds, most of it for models as they once were. What is kept goes by the text of every
migration and of all they import, so a changed one is applied anew; `migrate` still looks over what it is given.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import sqlite3
from pathlib import Path

import django
import pytest

_IMPORTED = re.compile(r"^(?:from|import) ((?:audit|cases|hematovision)[\w.]*)", re.MULTILINE)


def _digest() -> str:
    """Return the SHA-256 of everything the migrated database follows from."""
    from django.apps import apps

    sources = [path for app in apps.get_app_configs() for path in sorted(Path(app.path).glob("migrations/*.py"))]
    texts = [path.read_text() for path in sources]
    for name in sorted({name for text in texts for name in _IMPORTED.findall(text)}):
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        texts.append(Path(found.origin).read_text())
    return hashlib.sha256("\0".join([django.__version__, sqlite3.sqlite_version, *texts]).encode()).hexdigest()


@pytest.fixture(scope="session")
def _kept_database(request) -> Path | None:
    """The kept file of these migrations, there or to be made; None where another database is asked for."""
    from django.db import connection

    asked_for = request.config.getvalue("reuse_db") or request.config.getvalue("create_db")
    if connection.vendor != "sqlite" or asked_for:
        return None
    return request.config.cache.mkdir("migrated-database") / f"{_digest()}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(request, _kept_database, django_db_modify_db_settings) -> bool:
    """Whether a database is there before the first migration: as asked for, or as a copy of the kept one."""
    from django.db import connection

    if _kept_database is None or not _kept_database.exists():
        return request.config.getvalue("reuse_db")
    shutil.copyfile(_kept_database, connection.creation._get_test_db_name())
    return True


@pytest.fixture(scope="session")
def django_db_setup(_kept_database, django_db_blocker, django_db_setup):
    """The migrated database, which is kept before the first test writes into it."""
    from django.db import connection

    if _kept_database is None or _kept_database.exists():
        return
    draft = _kept_database.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(draft)])
    for outdated in _kept_database.parent.glob("*.sqlite3"):
        outdated.unlink(missing_ok=True)
    draft.rename(_kept_database)
