"""Where an installation keeps what, read from the environment as the settings read it.

The settings themselves are not imported: they refuse to load where something is wrong, and that is when one restores.
A test holds the two together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

from deploy.recovery.keys import NAMES, Keys
from deploy.recovery.postgresql import PostgreSQL
from deploy.recovery.refusal import Refused
from deploy.recovery.sqlite import SQLite

ROOT = Path(__file__).resolve().parents[2]
#: As in `cases.storage`: it says that the folder of the files is there, although it holds none.
FILES_MARKER = ".hematovision-files"


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts of one installation that a backup holds, and the keys that it does not hold."""

    var: Path
    database: SQLite | PostgreSQL
    keys: Keys
    media: Path
    checkpoints: Path
    bucket: str = ""
    """The bucket that holds the files of an installation with an object store; `media` holds none of them then."""

    @property
    def models(self) -> Path:
        """Where models are put that no longer have the folder they were registered in."""
        return self.var / "models"

    def require_folder(self) -> None:
        """Raise `Refused` where the files lie in an object store, whose objects no backup copies."""
        if self.bucket:
            raise Refused(
                f"The files of this installation lie in the bucket {self.bucket}, and a backup holds files of a folder. Copy "
                "them with `manage.py move_files --to local` before a backup, with `--to s3` after a restore, and say "
                "HEMATOVISION_STORAGE=local for this command."
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Installation:
        """Read it; raises `Refused` where no field or index key is found."""
        var = Path(environment.get("HEMATOVISION_VAR") or ROOT / "var").resolve()
        return cls(
            var=var,
            database=database_at(environment.get("DATABASE_URL", ""), var),
            keys=_keys(environment, var),
            media=var / "media" / "clinical",
            checkpoints=Path(environment.get("HEMATOVISION_AUDIT_CHECKPOINT_DIR") or var / "audit" / "checkpoints"),
            bucket=environment.get("HEMATOVISION_S3_BUCKET", "")
            if environment.get("HEMATOVISION_STORAGE") == "s3"
            else "",
        )


def database_at(url: str, var: Path) -> SQLite | PostgreSQL:
    """The database that `url` names; without one the embedded database below `var`."""
    if not url:
        return SQLite(var / "hematovision.sqlite3")
    found: dict[str, Any] = environ.Env.db_url_config(url)
    if found["ENGINE"].endswith("sqlite3"):
        return SQLite(Path(found["NAME"]))
    if not found["ENGINE"].endswith("postgresql"):
        raise Refused("DATABASE_URL names neither PostgreSQL nor SQLite.")
    options = {key: str(value) for key, value in found.get("OPTIONS", {}).items()}
    return PostgreSQL(
        name=found["NAME"],
        user=found["USER"],
        password=found["PASSWORD"],
        host=found["HOST"],
        port=str(found["PORT"] or ""),
        options=options,
    )


def _keys(environment: Mapping[str, str], var: Path) -> Keys:
    """From the environment; what a local installation made for itself stands in for what is not named."""
    local = var / "local_secrets.json"
    made: dict[str, str] = json.loads(local.read_text()) if local.is_file() else {}
    field = _listed(environment, "HEMATOVISION_FIELD_KEYS") or _present(made.get("field_key"))
    index = _present(environment.get("HEMATOVISION_BLIND_INDEX_KEY") or made.get("blind_index_key"))
    # As the application does, an installation without a checkpoint key signs with its secret key.
    checkpoint = _listed(environment, "HEMATOVISION_AUDIT_CHECKPOINT_KEY") or _present(
        environment.get("HEMATOVISION_SECRET_KEY") or made.get("secret_key")
    )
    found = Keys(field=field, blind_index=index, checkpoint=checkpoint)
    if absent := [name for kind, name in NAMES.items() if not getattr(found, kind)]:
        raise Refused(
            f"{', '.join(absent)} not set: run this with the environment of the application. A backup says which keys "
            "open it, and a restore checks that they are at hand."
        )
    return found


def _listed(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in environment.get(name, "").split(",") if each.strip())


def _present(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()
