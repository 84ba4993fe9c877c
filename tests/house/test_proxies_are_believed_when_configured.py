"""X-Forwarded-Proto counts where a proxy of ours is configured, and nowhere else; HSTS preloading is asked for."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from deploy.throwaway_production import throwaway_environment

GUNICORN = Path(settings.BASE_DIR) / "deploy" / "gunicorn.conf.py"


def production(tmp_path, name, **changes):
    """What the setting `name` is in a production installation with `changes` in its environment."""
    environment = {"PATH": os.environ["PATH"], **throwaway_environment(tmp_path), **changes}
    code = f"import hematovision.settings.production as s; print(getattr(s, {name!r}, None))"
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return said.stdout.strip()


@pytest.mark.parametrize(
    ("changes", "believed"),
    [
        ({}, "None"),
        ({"HEMATOVISION_TRUSTED_PROXY_COUNT": "0"}, "None"),
        ({"HEMATOVISION_TRUSTED_PROXY_COUNT": "1"}, "('HTTP_X_FORWARDED_PROTO', 'https')"),
    ],
)
def test_the_application(tmp_path, changes, believed):
    assert production(tmp_path, "SECURE_PROXY_SSL_HEADER", **changes) == believed


@pytest.mark.parametrize(("count", "believed"), [(None, ""), ("", ""), ("0", ""), ("1", "*")])
def test_gunicorn(monkeypatch, count, believed):
    monkeypatch.delenv("HEMATOVISION_TRUSTED_PROXY_COUNT", raising=False)
    if count is not None:
        monkeypatch.setenv("HEMATOVISION_TRUSTED_PROXY_COUNT", count)
    assert runpy.run_path(str(GUNICORN))["forwarded_allow_ips"] == believed


def test_preloading_is_off_unless_asked_for(tmp_path):
    assert production(tmp_path, "SECURE_HSTS_PRELOAD") == "False"
    assert production(tmp_path, "SECURE_HSTS_PRELOAD", HEMATOVISION_HSTS_PRELOAD="1") == "True"
