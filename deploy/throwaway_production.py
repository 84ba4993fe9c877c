"""Run a command under production settings with secrets made for this one run.

    python -m deploy.throwaway_production python manage.py check --deploy

Nothing is connected to: the addresses of database and broker only have to be of the right kind.
"""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path


def throwaway_environment(var: Path) -> dict[str, str]:
    """Return a complete environment of a production installation that exists for a moment, writing below `var`."""
    return {
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.production",
        "HEMATOVISION_VAR": str(var),
        "HEMATOVISION_SECRET_KEY": secrets.token_urlsafe(64),
        "HEMATOVISION_FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HEMATOVISION_BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "HEMATOVISION_AUDIT_CHECKPOINT_KEY": secrets.token_urlsafe(48),
        "HEMATOVISION_ALLOWED_HOSTS": "hematovision.test",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:5432/nothing",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }


def main(command: list[str]) -> int:
    """Run `command` and return its exit status; nothing it wrote stays."""
    with tempfile.TemporaryDirectory(prefix="hematovision-check-") as var:
        environment = {**os.environ, **throwaway_environment(Path(var))}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - as `env` does


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
