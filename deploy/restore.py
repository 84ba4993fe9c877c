"""Bring the installation of this environment back from a backup, and prove that it holds.

    python -m deploy.restore BACKUP               into an empty installation
    python -m deploy.restore BACKUP --overwrite   over what is there; its files are set aside, not deleted
    python -m deploy.restore BACKUP --check       verify the backup and touch nothing

Stop web, workers and beat first. Everything is verified before anything is touched. Broken off, it is started again with
the same BACKUP. Afterwards every verify command of the application runs; where the application does not start, the data
is restored all the same. Ends with 1 where the backup was refused, with 3 where it is restored and does not hold.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.recovery.installation import Installation
from deploy.recovery.progress import Progress
from deploy.recovery.proof import prove
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import restore_backup, verify_backup

USAGE = 2
NOT_PROVEN = 3


def main(arguments: list[str]) -> int:
    """Restore, or check; returns the exit status."""
    match arguments:
        case [backup] if not backup.startswith("-"):
            wish = ""
        case [backup, ("--overwrite" | "--check") as wish] if not backup.startswith("-"):
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return USAGE
    folder, progress = Path(backup).absolute(), Progress()
    try:
        installation = Installation.from_environment()
        if wish == "--check":
            verified = verify_backup(folder, installation, progress)
            print(f"The backup of {verified.made_at} is whole: {len(verified.files):,} files.")
            return 0
        returned = restore_backup(folder, installation, progress, overwrite=wish == "--overwrite")
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Broken off, the system says: {error}. Mend that and run the same command again.", file=sys.stderr)
        return 1
    for path in returned.set_aside:
        print(f"Set aside: {path}")
    for name in returned.manifest.missing:
        print(f"Was missing when the backup was made: {name}", file=sys.stderr)
    try:
        prove({}, moved_models=returned.moved_models)
    except Refused as refusal:
        print(f"Restored, and not proven. {refusal}", file=sys.stderr)
        return NOT_PROVEN
    print(f"Restored the backup of {returned.manifest.made_at}, and it holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
