"""Run management commands one after the other in one process of the application, until one fails.

    python -m deploy.recovery.commands '[["migrate", "--check"], ["verify_audit"]]'

Starting the application takes longer than most of them. This is the one file here that needs Django.
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.core.management import CommandError, call_command


def main(commands: list[list[str]]) -> int:
    """Returns 0, or 1 after naming the command that failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")
    django.setup()
    for command in commands:
        named = f"manage.py {' '.join(command)}"
        print(named, file=sys.stderr, flush=True)
        try:
            call_command(*command)
        except CommandError as error:
            print(f"{named} failed: {error}", file=sys.stderr)
            return 1
        except SystemExit as ended:
            # Some commands say by their status alone that something is to be done.
            if ended.code:
                print(f"{named} ended with {ended.code}.", file=sys.stderr)
                return 1
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
