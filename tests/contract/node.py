"""Programs of others that come from npm: which tests skip where they are not installed, and how they are run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

PACKAGES = Path(settings.BASE_DIR) / "node_modules"
# What they would tell their makers, or ask them.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def needs_npm(*packages: str) -> pytest.MarkDecorator:
    """Skip where Node or one of the packages is missing, saying which."""
    missing = [] if shutil.which("node") else ["node"]
    missing += [name for name in packages if not (PACKAGES / name).is_dir()]
    return pytest.mark.skipif(bool(missing), reason=f"Not installed (make install-dev): {', '.join(missing)}.")


def run(program: str | Path, *arguments: object, cwd: Path) -> str:
    """Run a program of a package, or a script under Node; return what it prints, and fail with it where it fails."""
    command = ["node", program] if Path(program).suffix else [PACKAGES / ".bin" / program]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
