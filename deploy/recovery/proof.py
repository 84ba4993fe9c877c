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

#: Everything, and the audit trail from its beginning: what the last checkpoint vouched for was restored as well.
VERIFY = (["verify_all"], ["verify_audit", "--full"])


def prove(environment: Mapping[str, str], *, moved_models: Iterable[Path] = ()) -> None:
    """Run every one of them there, after entering the new folders of models; raises `Refused` where something fails.

    Their output goes on to ours. The system checks, which find a model that is not where its row says, run once the new
    folders are entered.
    """
    commands = [["migrate", "--check"], *(["register_model", str(folder)] for folder in moved_models)]
    commands += [["check", "--database", "default"], *VERIFY]
    if not manage(commands, environment):
        raise Refused(
            "What failed on the restored installation is said above. Where that is migrate --check, run manage.py migrate, "
            "then the verify commands."
        )


def manage(commands: list[list[str]], environment: Mapping[str, str]) -> bool:
    """Run management commands in another environment, up to the first that fails; returns whether none did."""
    given = [sys.executable, "-m", "deploy.recovery.commands", json.dumps(commands)]
    return subprocess.run(given, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode == 0  # noqa: S603
