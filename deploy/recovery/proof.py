"""Asking the application itself whether a restored installation holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.recovery.installation import ROOT
from deploy.recovery.refusal import Refused

#: Verifies all there is to verify, where this code has it; else each command that verifies one thing.
ALL = "verify_all"


def verify_commands() -> list[str]:
    """The management commands that verify what is stored."""
    found = {path.stem for path in ROOT.glob("*/management/commands/verify_*.py")}
    return [ALL] if ALL in found else sorted(found)


def prove(environment: Mapping[str, str], *, moved_models: Iterable[Path] = ()) -> None:
    """Run every one of them there, after entering the new folders of models; raises `Refused` with what failed.

    Their output goes on to ours. The system checks, which find a model that is not where its row says, run once the new
    folders are entered.
    """
    commands = [["migrate", "--check", "--skip-checks"]]
    commands += [["register_model", str(folder)] for folder in moved_models]
    commands += [["check", "--database", "default"], *([name] for name in verify_commands())]
    for command in commands:
        print(f"manage.py {' '.join(command)}", file=sys.stderr, flush=True)
        status = manage(command, environment)
        if status != 0:
            hint = " Run manage.py migrate, then the verify commands." if command[0] == "migrate" else ""
            raise Refused(f"manage.py {' '.join(command)} ended with {status} on the restored installation.{hint}")


def manage(command: list[str], environment: Mapping[str, str]) -> int:
    """Run one management command in another environment; returns its exit status."""
    given = [sys.executable, str(ROOT / "manage.py"), *command]
    return subprocess.run(given, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode  # noqa: S603
