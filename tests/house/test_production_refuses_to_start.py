"""Production settings refuse each unsafe installation by name, in a process of its own."""

import os
import secrets
import subprocess
import sys

import pytest

from accounts.models import Role
from deploy.throwaway_production import throwaway_environment
from hematovision.settings import refusals

RANDOM = secrets.token_hex(40)
OBJECT_STORE = {
    "HEMATOVISION_STORAGE": "s3",
    "HEMATOVISION_S3_BUCKET": "smears",
    "HEMATOVISION_S3_ENDPOINT": "https://s3.test",
    "HEMATOVISION_S3_ACCESS_KEY": "an-access-key",
    "HEMATOVISION_S3_SECRET_KEY": RANDOM,
}


def start(tmp_path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Import the production settings as a starting process does; None takes a variable away."""
    environment = {"PATH": os.environ["PATH"], **throwaway_environment(tmp_path)}
    for name, value in changes.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "-c", "import hematovision.settings.production"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("changes", [{}, OBJECT_STORE, {**OBJECT_STORE, "HEMATOVISION_S3_ACL": ""}])
def test_a_safe_installation_starts(tmp_path, changes):
    started = start(tmp_path, **changes)
    assert started.returncode == 0, started.stderr


def test_credentials_of_the_object_store_are_not_in_the_refusal(tmp_path):
    refused = start(tmp_path, **{**OBJECT_STORE, "HEMATOVISION_S3_ENDPOINT": None})
    assert "HematoVision does not start" in refused.stderr
    assert RANDOM not in refused.stderr
    assert "an-access-key" not in refused.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"HEMATOVISION_STORAGE": "nfs"}, "neither local nor s3"),
        ({"HEMATOVISION_STORAGE": "s3"}, "HEMATOVISION_S3_BUCKET is missing"),
        ({"HEMATOVISION_S3_BUCKET": "smears"}, "HEMATOVISION_S3_ACCESS_KEY is missing"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_SECRET_KEY": None}, "HEMATOVISION_S3_SECRET_KEY is missing"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_ENDPOINT": None}, "nothing says where the bucket is"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_ENDPOINT": "http://s3.test"}, "not https://"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_ENCRYPTION": "rot13"}, "neither AES256 nor aws:kms"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_KMS_KEY": "a-key"}, "HEMATOVISION_S3_KMS_KEY is set"),
        ({**OBJECT_STORE, "HEMATOVISION_S3_ACL": "public-read"}, "open to others"),
        ({"HEMATOVISION_WEBHOOK_NETWORKS": "10.20.0.1/16"}, "a value that is no network: 10.20.0.1/16"),
        ({"HEMATOVISION_WEBHOOK_NETWORKS": "10.20.0.0/16,0.0.0.0/0"}, "0.0.0.0/0, in which anybody can be"),
        ({"HEMATOVISION_MLLP_HOST": "lis.hospital"}, "HEMATOVISION_MLLP_HOST is no IP address"),
        ({"HEMATOVISION_DEBUG": "1"}, "DEBUG is on"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"HEMATOVISION_SECRET_KEY": None}, "HEMATOVISION_SECRET_KEY is missing"),
        ({"HEMATOVISION_SECRET_KEY": "django-insecure-" + "0123456789abcdef" * 4}, "default or example"),
        ({"HEMATOVISION_SECRET_KEY": "short"}, "too weak"),
        ({"HEMATOVISION_SECRET_KEY": "a" * 80}, "too weak"),
        ({"DATABASE_URL": None}, "The database is SQLite"),
        ({"DATABASE_URL": "sqlite:////tmp/clinic.sqlite3"}, "The database is SQLite"),
        ({"HEMATOVISION_SECURE_COOKIES": "0"}, "plain HTTP"),
        ({"HEMATOVISION_ALLOWED_HOSTS": None}, "HEMATOVISION_ALLOWED_HOSTS is missing"),
        ({"HEMATOVISION_ALLOWED_HOSTS": "*"}, "HEMATOVISION_ALLOWED_HOSTS is open"),
        ({"HEMATOVISION_ALLOWED_HOSTS": "clinic.test,*"}, "HEMATOVISION_ALLOWED_HOSTS is open"),
        ({"HEMATOVISION_FIELD_KEYS": None}, "HEMATOVISION_FIELD_KEYS is missing"),
        ({"HEMATOVISION_FIELD_KEYS": "not-a-key"}, "no Fernet key"),
        ({"HEMATOVISION_BLIND_INDEX_KEY": None}, "HEMATOVISION_BLIND_INDEX_KEY is missing"),
        ({"HEMATOVISION_AUDIT_CHECKPOINT_KEY": None}, "HEMATOVISION_AUDIT_CHECKPOINT_KEY is missing"),
        ({"HEMATOVISION_AUDIT_CHECKPOINT_KEY": ""}, "HEMATOVISION_AUDIT_CHECKPOINT_KEY is missing"),
        ({"HEMATOVISION_AUDIT_CHECKPOINT_KEY": "b7Qx"}, "HEMATOVISION_AUDIT_CHECKPOINT_KEY is too weak"),
        ({"HEMATOVISION_AUDIT_CHECKPOINT_KEY": "k" * 60}, "HEMATOVISION_AUDIT_CHECKPOINT_KEY is too weak"),
        ({"HEMATOVISION_AUDIT_CHECKPOINT_KEY": "changeme" + "0123456789" * 5}, "KEY is a default or example"),
        (
            {"HEMATOVISION_SECRET_KEY": RANDOM, "HEMATOVISION_AUDIT_CHECKPOINT_KEY": RANDOM},
            "HEMATOVISION_AUDIT_CHECKPOINT_KEY is the secret key",
        ),
        ({"REDIS_URL": None}, "REDIS_URL is missing"),
        ({"HEMATOVISION_MFA_ROLES": "pathologist,auditors"}, "names no role with: auditors"),
    ],
)
def test_an_unsafe_installation_does_not_start(tmp_path, changes, sentence):
    started = start(tmp_path, **changes)
    assert started.returncode != 0
    assert "ImproperlyConfigured" in started.stderr
    assert sentence in started.stderr


def test_an_old_checkpoint_key_goes_on_verifying_after_the_new_one(tmp_path):
    started = start(tmp_path, HEMATOVISION_AUDIT_CHECKPOINT_KEY=f"{secrets.token_urlsafe(48)},old")
    assert started.returncode == 0, started.stderr


def test_the_refusal_shows_no_secret(tmp_path):
    started = start(
        tmp_path,
        HEMATOVISION_SECRET_KEY="hunter2hunter2",
        HEMATOVISION_FIELD_KEYS="swordfish",
        HEMATOVISION_AUDIT_CHECKPOINT_KEY="opensesame",
    )
    assert started.returncode != 0
    assert "hunter2" not in started.stderr
    assert "swordfish" not in started.stderr
    assert "opensesame" not in started.stderr


def test_the_roles_of_people_are_those_there_are():
    assert refusals.ROLES | {"service"} == set(Role.values)


def test_the_second_factor_is_demanded_unless_switched_off(tmp_path):
    environment = {"PATH": os.environ["PATH"], **throwaway_environment(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", "import hematovision.settings.production as s; print(s.HEMATOVISION_REQUIRE_MFA)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "True"


def test_cookies_are_for_this_host_alone_and_browsers_stay_with_https(tmp_path):
    code = """
import hematovision.settings.production as s
for name in ("SESSION", "CSRF"):
    assert getattr(s, f"{name}_COOKIE_NAME").startswith("__Host-")
    assert getattr(s, f"{name}_COOKIE_SECURE") and getattr(s, f"{name}_COOKIE_SAMESITE") == "Lax"
    assert not hasattr(s, f"{name}_COOKIE_DOMAIN") and not hasattr(s, f"{name}_COOKIE_PATH")
assert s.DEVICE_COOKIE_NAME.startswith("__Host-")
assert s.SESSION_COOKIE_HTTPONLY
assert s.SECURE_SSL_REDIRECT and s.SECURE_HSTS_SECONDS >= 365 * 24 * 3600 and s.SECURE_HSTS_INCLUDE_SUBDOMAINS
"""
    environment = {"PATH": os.environ["PATH"], **throwaway_environment(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
