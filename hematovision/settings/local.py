"""One machine: SQLite, the folder broker, secrets made at first start and kept below VAR_DIR."""

from pathlib import Path

from hematovision.settings.base import *
from hematovision.settings.environment import VAR_DIR, env
from hematovision.settings.local_secrets import read_or_make_secrets

DEBUG = env.bool("HEMATOVISION_DEBUG", default=False)
# Other names than this machine's own are answered only by who listens to the network on purpose, or names them.
_host = env.str("HOST", default="127.0.0.1")
ALLOWED_HOSTS = env.list(
    "HEMATOVISION_ALLOWED_HOSTS",
    default=["*"] if _host in {"0.0.0.0", "::"} else ["localhost", "127.0.0.1", "[::1]", _host],  # noqa: S104
)
LOGGING["handlers"]["stderr"]["formatter"] = env.str("HEMATOVISION_LOG_FORMAT", default="console")
# Somebody who tries it out wants to see what goes wrong, not what goes well.
LOGGING["root"]["level"] = env.str("HEMATOVISION_LOG_LEVEL", default="WARNING")

_secrets = read_or_make_secrets(VAR_DIR / "local_secrets.json")
SECRET_KEY = env.str("HEMATOVISION_SECRET_KEY", default=_secrets["secret_key"])
HEMATOVISION_FIELD_KEYS = env.list("HEMATOVISION_FIELD_KEYS", default=[_secrets["field_key"]])
HEMATOVISION_BLIND_INDEX_KEY = env.str("HEMATOVISION_BLIND_INDEX_KEY", default=_secrets["blind_index_key"])

# Demo people and demo cases exist in this settings file only.
DEMO_ACCOUNTS = True
# The routes of every installation and the one that signs in to a demo account with one click.
ROOT_URLCONF = "hematovision.local_urls"
# Passkeys over plain HTTP, which browsers allow on http://localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

# Static files are served where they lie, so that nothing has to be collected before a start.
WHITENOISE_USE_FINDERS = True
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = DEBUG
