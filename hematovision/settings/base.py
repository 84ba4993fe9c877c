"""What all installations share; `local`, `production` and `test` add the rest."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import structlog

from hematovision.settings.decoding import *
from hematovision.settings.environment import BASE_DIR, VAR_DIR, env
from hematovision.settings.headers import *
from hematovision.settings.identity import *
from hematovision.settings.languages import *
from hematovision.settings.logs import *
from hematovision.settings.metrics import *
from hematovision.settings.rest import *
from hematovision.settings.storage import *
from hematovision.settings.tasks import *

# Lets `ModelAdmin[Case]` and the like be written at run time as the type checker reads them.
django_stubs_ext.monkeypatch()

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("HEMATOVISION_ALLOWED_HOSTS", default=[])
# How many reverse proxies of ours add themselves to X-Forwarded-For; 0 believes none.
TRUSTED_PROXY_COUNT = env.int("HEMATOVISION_TRUSTED_PROXY_COUNT", default=0)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("HEMATOVISION_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "audit",
    "accounts",
    "microscopes",
    "cases",
    "offline",
    "classifier",
    "training_runs",
    "notices",
    "review",
    "consult",
    "calibration",
    "reports",
    "inbox",
    "integrations",
    "sandbox",
    "education",
    "oversight",
    "guide",
    "workbench",
    "hematovision.rest",
    "accounts.admin_apps.ClinicalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "django_structlog",
    "hematovision.metrics",
]

MIDDLEWARE = [
    "hematovision.metrics.requests.CountRequests",
    # Headers first: a static file is an answer as well.
    "django.middleware.security.SecurityMiddleware",
    "hematovision.middleware.HttpsForPrograms",
    "hematovision.middleware.OwnOriginOnly",
    "csp.middleware.CSPMiddleware",
    "hematovision.compression.CompressedText",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Of documents only: no script or style is asked what it may do, and there are many of them on a slow line.
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "hematovision.bodies.BoundedBodies",  # before the first that reads a form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hematovision.languages.ChosenLanguage",
    "audit.middleware.AuditContextMiddleware",  # names the request before it is logged
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.NothingIsKept",  # around what signs people out
    "accounts.middleware.SignInPolicyMiddleware",
    "offline.middleware.FormsOnce",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hematovision.middleware.MethodNotAllowedPage",
    "hematovision.rest.handlers.PartsAway",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hematovision.urls"
WSGI_APPLICATION = "hematovision.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "libraries": {"ui": "hematovision.templatetags.ui"},
        },
    },
]


def database_from(url: str) -> dict[str, Any]:
    """Return the DATABASES entry for `url`; an empty `url` means SQLite below VAR_DIR.

    SQLite runs in WAL mode, and transactions take the write lock at once (IMMEDIATE): a query
    that turns writer half-way cannot wait for the lock and would fail instead.
    """
    settings: dict[str, Any] = dict(env.db_url_config(url or f"sqlite:///{VAR_DIR / 'hematovision.sqlite3'}"))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": ("PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=30000;"),
        }
    else:
        # Compiling a query took longer than running it, tenfold on a worklist: its estimates count every row a page of 50 might
        # have to pass. With the server's usual 4 MB what is grouped for the agreement pages is sorted on disk instead.
        # What the URL says of `options` comes later and wins.
        options = settings.setdefault("OPTIONS", {})
        options["options"] = f"-c jit=off -c work_mem=32MB {options.get('options', '')}".strip()
        settings["CONN_MAX_AGE"] = 60
        settings["CONN_HEALTH_CHECKS"] = True
        # A host that swallows packets must not keep every thread waiting: seconds to connect, milliseconds to be heard.
        settings["OPTIONS"] = {"connect_timeout": 5, "tcp_user_timeout": 15000, **settings.get("OPTIONS", {})}
    return settings


DATABASES: dict[str, dict[str, Any]] = {
    "default": database_from(env.str("DATABASE_URL", default="")),
}

STATIC_URL = "/static/"
STATIC_ROOT = env.str("HEMATOVISION_STATIC_ROOT", default=str(VAR_DIR / "staticfiles"))

# Third-party front-end files come from the locked npm install, each under its own prefix.
NODE_MODULES = BASE_DIR / "node_modules"
VENDOR_FOLDERS: list[tuple[str, Path]] = [
    ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    ("vendor/openseadragon", NODE_MODULES / "openseadragon" / "build" / "openseadragon"),
    ("vendor/tus", NODE_MODULES / "tus-js-client" / "dist"),
    ("vendor/zxing", NODE_MODULES / "@zxing" / "library" / "umd"),
]
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    *[(prefix, folder) for prefix, folder in VENDOR_FOLDERS if folder.is_dir()],
]

for needed in (VAR_DIR, MEDIA_ROOT, Path(FILE_UPLOAD_TEMP_DIR)):
    needed.mkdir(parents=True, exist_ok=True)

# Identifiers are encrypted with the first key and readable with all of them (rotation); the blind
# index key makes exact search possible and cannot be rotated without re-indexing.
HEMATOVISION_FIELD_KEYS: list[str] = env.list("HEMATOVISION_FIELD_KEYS", default=[])
HEMATOVISION_BLIND_INDEX_KEY: str = env.str("HEMATOVISION_BLIND_INDEX_KEY", default="")

# Upload limits. Django's own limit counts form fields, not files.
UPLOAD_MAX_BYTES = env.int("HEMATOVISION_UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
UPLOAD_MAX_PIXELS = env.int("HEMATOVISION_UPLOAD_MAX_PIXELS", default=64_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "hematovision.disk.RoomFirst",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "hematovision.uploads.NamelessFileUpload",
]
# Uploads are refused while less than this is free: what is left is for the database, reviews and signed reports.
DISK_RESERVE_BYTES = env.int("HEMATOVISION_DISK_RESERVE_BYTES", default=512 * 1024 * 1024)

# Clinics do not see what the model says before a pathologist has signed.
HIDE_AI_FROM_UPLOADERS = env.bool("HEMATOVISION_HIDE_AI_FROM_UPLOADERS", default=True)
# Visitors who are not signed in may try pictures, 5 a day and network address.
PUBLIC_TRY = env.bool("HEMATOVISION_PUBLIC_TRY", default=False)


def model_directory() -> Path:
    """Return the folder of the model to run: HEMATOVISION_MODEL_DIR, else what CURRENT names."""
    named = env.str("HEMATOVISION_MODEL_DIR", default="")
    if named:
        return Path(named).resolve()
    store = BASE_DIR / "model_store"
    current = store / "CURRENT"
    return store / (current.read_text().strip() if current.is_file() else "none")


HEMATOVISION_MODEL_DIR = model_directory()
HEMATOVISION_ENGINE = env.str("HEMATOVISION_ENGINE", default="onnx")

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("HEMATOVISION_FROM_EMAIL", default="hematovision@localhost")

SILENCED_SYSTEM_CHECKS: list[str] = []

structlog.configure(**STRUCTLOG_CONFIG)

# The audit trail is signed once a day into a file outside the database, so that an audit trail cut short or written anew
# shows. The first key signs, all of them verify; without one (never in production) the secret key stands in.
AUDIT_CHECKPOINT_DIR = env.str("HEMATOVISION_AUDIT_CHECKPOINT_DIR", default=str(VAR_DIR / "audit" / "checkpoints"))
AUDIT_CHECKPOINT_KEYS: list[str] = env.list("HEMATOVISION_AUDIT_CHECKPOINT_KEY", default=[])
CELERY_BEAT_SCHEDULE["checkpoint_audit"] = {
    "task": "audit.tasks.checkpoint_audit",
    # Hourly, because a machine may be off at any one hour; only the first of a day writes.
    "schedule": 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}

# E-mails about notifications leave at once; what was lost with a broker or a worker is asked for again.
CELERY_BEAT_SCHEDULE["send_waiting_emails"] = {
    "task": "notices.tasks.send_waiting_emails",
    "schedule": 120.0,
    "options": {"queue": "default", "expires": 120.0},
}

# Browsers are told of what is new while no page is open, over the services of their makers; without a key they are not.
HEMATOVISION_VAPID_KEY = env.str("HEMATOVISION_VAPID_KEY", default="")
HEMATOVISION_PUSH_HOSTS = env.list(
    "HEMATOVISION_PUSH_HOSTS",
    default=["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"],
)
CELERY_BEAT_SCHEDULE["send_waiting_pushes"] = {
    "task": "notices.tasks.send_waiting_pushes",
    "schedule": 300.0,
    "options": {"queue": "default", "expires": 300.0},
}

# Links for a new password leave at once; what was lost with a broker or a worker is asked for again.
CELERY_BEAT_SCHEDULE["sweep_password_resets"] = {
    "task": "accounts.tasks.sweep_password_resets",
    "schedule": 60.0,
    "options": {"queue": "default", "expires": 60.0},
}

# How many hours a report may wait before those it was sent to are reminded, and before others are told, by the
# priority of the case; a critical result never waits longer than `critical`.
INBOX_REMIND_HOURS: dict[str, float] = {
    "critical": env.float("HEMATOVISION_REMIND_CRITICAL_HOURS", default=0.5),
    "stat": env.float("HEMATOVISION_REMIND_STAT_HOURS", default=1),
    "urgent": env.float("HEMATOVISION_REMIND_URGENT_HOURS", default=4),
    "routine": env.float("HEMATOVISION_REMIND_ROUTINE_HOURS", default=24),
}
INBOX_ESCALATE_HOURS: dict[str, float] = {
    "critical": env.float("HEMATOVISION_ESCALATE_CRITICAL_HOURS", default=1),
    "stat": env.float("HEMATOVISION_ESCALATE_STAT_HOURS", default=2),
    "urgent": env.float("HEMATOVISION_ESCALATE_URGENT_HOURS", default=12),
    "routine": env.float("HEMATOVISION_ESCALATE_ROUTINE_HOURS", default=72),
}
CELERY_BEAT_SCHEDULE["follow_up_reports"] = {
    "task": "inbox.tasks.follow_up_reports",
    "schedule": 60.0,
    "options": {"queue": "default", "expires": 60.0},
}

# Copied cells are recalled as their reason arises; this is for those whose process ended before it did so.
CELERY_BEAT_SCHEDULE["recall_unsupported_cells"] = {
    "task": "education.tasks.recall_unsupported_cells",
    "schedule": 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}

# Events get their place in the feed as they are committed; this is for those whose process ended before it did so.
CELERY_BEAT_SCHEDULE["sweep_feed"] = {
    "task": "integrations.tasks.sweep_feed",
    "schedule": 30.0,
    "options": {"queue": "default", "expires": 30.0},
}
# Workers are asked to send as things happen; this is for retries whose time has come, and for what was lost on its way.
CELERY_BEAT_SCHEDULE["send_due"] = {
    "task": "integrations.tasks.send_due",
    "schedule": 5.0,
    "options": {"queue": "default", "expires": 30.0},
}
CELERY_BEAT_SCHEDULE["follow_stuck_messages"] = {
    "task": "integrations.tasks.follow_stuck_messages",
    "schedule": 60.0,
    "options": {"queue": "default", "expires": 60.0},
}
# For so many hours a message is sent again to a receiver that does not answer.
LIS_DEAD_HOURS: int = env.int("HEMATOVISION_LIS_DEAD_HOURS", default=72)
# For so many days the bodies of messages are kept. That there were such messages is kept for ever.
MESSAGE_DAYS: int = env.int("HEMATOVISION_MESSAGE_DAYS", default=400)
# Networks of one's own that FHIR and webhooks may be sent to, also without TLS; all others have to be public.
WEBHOOK_NETWORKS: list[str] = env.list("HEMATOVISION_WEBHOOK_NETWORKS", default=[])
# Whether what was signed until yesterday arrived; asked several times a day because a machine may be off at any one hour.
CELERY_BEAT_SCHEDULE["watch_reconciliation"] = {
    "task": "integrations.tasks.watch_reconciliation",
    "schedule": 6 * 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}
# Where the listener waits for other systems' messages, on the port of each connection.
MLLP_HOST = env.str("HEMATOVISION_MLLP_HOST", default="127.0.0.1")
# So many answers of a web process may be held back until there is something to say; the other threads stay free.
LONG_ANSWERS = max(1, env.int("WEB_THREADS", default=24) // 4)

# How many days what is beside the clinical record is kept, where it differs from `oversight.retention.KINDS`.
RETENTION_DAYS: list[str] = env.list("HEMATOVISION_RETENTION_DAYS", default=[])
# For how many days after its last step the law asks that a signed case is kept: no patient is pseudonymised before.
RECORD_DAYS: int = env.int("HEMATOVISION_RECORD_DAYS", default=3650)
# After how many days files of images are removed, by `oversight.purge_rules.STATES`: none unless named.
PURGE_DAYS: list[str] = env.list("HEMATOVISION_PURGE_DAYS", default=[])

# Whether the model in use still does what its card says, at each laboratory; an alarm is said once a week.
CELERY_BEAT_SCHEDULE["watch_drift"] = {
    "task": "oversight.tasks.watch_drift",
    "schedule": 6 * 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}

# Everything is verified once a week; the question is asked hourly because a machine may be off at any one hour.
CELERY_BEAT_SCHEDULE["follow_verifications"] = {
    "task": "oversight.tasks.follow_verifications",
    "schedule": 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}

# What an upload left that broke off with its process; a running one writes to its file all the time.
CELERY_BEAT_SCHEDULE["sweep_interrupted_uploads"] = {
    "task": "cases.tasks.sweep_interrupted_uploads",
    "schedule": 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}
# Counts of reviewed cells follow what was reviewed; until then pages count these cases cell by cell.
CELERY_BEAT_SCHEDULE["tally_cases"] = {
    "task": "oversight.tasks.tally_cases",
    "schedule": 60.0,
    "options": {"queue": "default", "expires": 60.0},
}
# The board of turn-around follows what was signed.
CELERY_BEAT_SCHEDULE["time_signed_cases"] = {
    "task": "oversight.tasks.time_signed_cases",
    "schedule": 60.0,
    "options": {"queue": "default", "expires": 60.0},
}
# When a result is usually ready is said from the last weeks; a few hours more or less change nothing.
CELERY_BEAT_SCHEDULE["measure_turnaround"] = {
    "task": "oversight.tasks.measure_turnaround",
    "schedule": 6 * 3600.0,
    "options": {"queue": "default", "expires": 3600.0},
}
