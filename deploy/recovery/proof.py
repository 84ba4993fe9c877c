"""Asking the application itself whether a restored installation holds."""

from __future__ import annotations

import json
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
    """Run every one of them there, after entering the new folders of models; raises `Refused` where something fails.

    Their output goes on to ours. The system checks, which find a model that is not where its row says, run once the new
    folders are entered.
    """
    commands = [["migrate", "--check"], *(["register_model", str(folder)] for folder in moved_models)]
    commands += [["check", "--database", "default"], *([name] for name in verify_commands())]
    if not manage(commands, environment):
        raise Refused(
            "What failed on the restored installation is said above. Where that is migrate --check, run manage.py migrate, "
            "then the verify commands."
        )


def manage(commands: list[list[str]], environment: Mapping[str, str]) -> bool:
    """Run management commands in another environment, up to the first that fails; returns whether none did."""
    given = [sys.executable, "-m", "deploy.recovery.commands", json.dumps(commands)]
    return subprocess.run(given, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode == 0  # noqa: S603
