"""Rehearse a restore in a scratch place that is removed afterwards.

    python -m deploy.restore_drill            seed demo data, back it up, destroy it, restore it elsewhere, verify, compare
    python -m deploy.restore_drill BACKUP     restore this backup with the keys of this environment, verify, compare

On PostgreSQL where DATABASE_URL names a server whose user may create databases, else on SQLite. The installation of this
environment is not touched. Ends with 0 when everything held.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

from deploy.recovery.installation import Installation
from deploy.recovery.progress import Progress
from deploy.recovery.proof import manage, prove
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import restore_backup
from deploy.recovery.scratch import scratch_place
from deploy.recovery.taking import take_backup

USAGE = 2
SEEDING = [["migrate", "--no-input", "--verbosity", "0"], ["seed_demo", "--without-history"], ["audit_checkpoint"]]


def main(arguments: list[str]) -> int:
    """Rehearse; returns the exit status."""
    started = time.monotonic()
    try:
        match arguments:
            case []:
                with tempfile.TemporaryDirectory(prefix="hematovision-drill-") as kept:
                    keys = _demo_keys()
                    _restore(_demo_backup(Path(kept), keys), keys)
            case [backup] if not backup.startswith("-"):
                _restore(Path(backup).absolute(), Installation.from_environment().keys.environment())
            case _:
                print(__doc__, file=sys.stderr)
                return USAGE
    except Refused as refusal:
        print(f"The drill failed. {refusal}", file=sys.stderr)
        return 1
    print(f"The drill held: restored, verified and compared in {time.monotonic() - started:.0f} s.")
    return 0


def _demo_keys() -> dict[str, str]:
    """An environment of its own for demo data: keys for this one run, and no broker that a real worker reads."""
    return {
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.local",
        "REDIS_URL": "",
        "HEMATOVISION_FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HEMATOVISION_BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "HEMATOVISION_AUDIT_CHECKPOINT_KEY": secrets.token_urlsafe(48),
    }


def _demo_backup(kept: Path, keys: dict[str, str]) -> Path:
    """Back up an installation with demo data; when this returns, the installation is gone."""
    with scratch_place() as place:
        environment = {**keys, **place}
        if not manage(SEEDING, environment):
            raise Refused("No demo data could be made; what failed is said above.")
        taken = take_backup(Installation.from_environment({**os.environ, **environment}), kept, Progress())
        if taken.manifest.missing:
            raise Refused(f"Missing in the backup: {', '.join(taken.manifest.missing)}.")
    return taken.folder


def _restore(backup: Path, keys: dict[str, str]) -> None:
    """Restore to a place where nothing is, which compares rows and audit trail, and let the application verify it."""
    with scratch_place() as place:
        environment = {**keys, **place}
        installation = Installation.from_environment({**os.environ, **environment})
        returned = restore_backup(backup, installation, Progress(), overwrite=False)
        prove(environment, moved_models=returned.moved_models)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
