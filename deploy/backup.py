"""Back up the installation of this environment, while it is in use.

    python -m deploy.backup DESTINATION

makes DESTINATION/hematovision-TIME with the database, the files it names, the registered models, the checkpoints of the
audit trail and a signed manifest. Keys are not in it. Ends with 1 where nothing was written, and with 3 where a file
that the database names was not there: the backup is good, and the list of what is missing is in its manifest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.recovery.installation import Installation
from deploy.recovery.manifest import MOST_NAMED
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.taking import take_backup

USAGE = 2
FILES_MISSING = 3


def main(arguments: list[str]) -> int:
    """Take one backup; returns the exit status."""
    match arguments:
        case [destination] if not destination.startswith("-"):
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return USAGE
    # Only the person who backs up reads it: images are in it as they were received.
    os.umask(0o077)
    try:
        taken = take_backup(Installation.from_environment(), Path(destination).absolute(), Progress())
    except Refused as refusal:
        print(f"No backup was made. {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"No backup was made. The system says: {error}", file=sys.stderr)
        return 1
    found = taken.manifest
    print(
        f"Backed up {len(found.files):,} files, {sum(found.rows.values()):,} rows, "
        f"audit trail to event {found.chain['position']:,}: {taken.folder}"
    )
    if found.missing:
        named = "\n".join(found.missing[:MOST_NAMED])
        print(f"{len(found.missing):,} files that the database names are not there:\n{named}", file=sys.stderr)
        return FILES_MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
