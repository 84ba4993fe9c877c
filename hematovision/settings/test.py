"""The test suite: a temporary data folder, fast hashing, the embedded default or real services."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

if "HEMATOVISION_TEST_VAR" not in os.environ:
    # Worker processes started by tests inherit this and share the folder.
    os.environ["HEMATOVISION_TEST_VAR"] = tempfile.mkdtemp(prefix="hematovision-test-")
    atexit.register(shutil.rmtree, os.environ["HEMATOVISION_TEST_VAR"], ignore_errors=True)
os.environ["HEMATOVISION_VAR"] = str(
    Path(os.environ["HEMATOVISION_TEST_VAR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
)

from hematovision.settings.base import *
from hematovision.settings.environment import VAR_DIR, env

SECRET_KEY = "test-only-" + "k" * 50
HEMATOVISION_FIELD_KEYS = ["dGVzdC1vbmx5LWZpZWxkLWtleS0wMTIzNDU2Nzg5MDE="]
HEMATOVISION_BLIND_INDEX_KEY = "test-only-blind-index-key"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
HEMATOVISION_REQUIRE_MFA = False
DEMO_ACCOUNTS = True
# Passkeys over plain HTTP, which browsers allow on http://localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

# A file, not memory: the live server's threads and worker processes open it as well.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # Nobody needs the test database after a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA busy_timeout=30000;"
    )

# How full the disk is under the tests says nothing of the code.
DISK_RESERVE_BYTES = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = True
LOG_LEVEL = "WARNING"
LOGGING["root"]["level"] = LOG_LEVEL
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/min"),
}
AXES_ENABLED = env.bool("HEMATOVISION_TEST_AXES", default=True)

if REDIS_URL:
    # Every process of a parallel run has a Redis database of its own: a test may empty its broker.
    _number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    _redis = urlsplit(REDIS_URL)
    CELERY_BROKER_URL = f"{_redis.scheme}://{_redis.netloc}/{1 + _number % 15}"
