"""A place for an installation that exists for a moment."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.recovery.installation import database_at
from deploy.recovery.postgresql import PostgreSQL


@contextmanager
def scratch_place() -> Iterator[dict[str, str]]:
    """Yield the environment of an empty folder and an empty database beside the one of DATABASE_URL; both are removed."""
    with tempfile.TemporaryDirectory(prefix="hematovision-scratch-") as folder, _empty_database(Path(folder)) as url:
        yield {
            "HEMATOVISION_VAR": folder,
            "HEMATOVISION_AUDIT_CHECKPOINT_DIR": str(Path(folder) / "audit" / "checkpoints"),
            "DATABASE_URL": url,
            # Never the bucket of the installation beside it.
            "HEMATOVISION_STORAGE": "local",
        }


@contextmanager
def _empty_database(folder: Path) -> Iterator[str]:
    """Yield the address of a database made for this; the embedded one below `folder` has an empty address."""
    url = os.environ.get("DATABASE_URL", "")
    server = database_at(url, folder)
    if not isinstance(server, PostgreSQL):
        yield ""
        return
    name = f"hematovision_drill_{secrets.token_hex(4)}"
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        parts = urlsplit(url)
        yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    finally:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
