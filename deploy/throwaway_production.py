"""Run a command under production settings with secrets made for this one run.

    python -m deploy.throwaway_production python manage.py check --deploy

Nothing is connected to: the addresses of database and broker only have to be of the right kind.
"""

import base64
import os
import secrets
import sys
import tempfile


def throwaway_environment() -> dict[str, str]:
    """Return a complete environment of a production installation that exists for a moment."""
    return {
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.production",
        "HEMATOVISION_VAR": os.environ.get("HEMATOVISION_CHECK_VAR") or tempfile.mkdtemp(prefix="hematovision-check-"),
        "HEMATOVISION_SECRET_KEY": secrets.token_urlsafe(64),
        "HEMATOVISION_FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HEMATOVISION_BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "HEMATOVISION_ALLOWED_HOSTS": "hematovision.test",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:5432/nothing",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }


if __name__ == "__main__":
    os.environ.update(throwaway_environment())
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - runs the command line it was given, as `env` does
