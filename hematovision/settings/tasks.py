"""The task queue: Redis when REDIS_URL names one, else a folder on this machine."""

from typing import Any

from kombu import Exchange, Queue

from hematovision.settings.environment import VAR_DIR, env

REDIS_URL = env.str("REDIS_URL", default="")

CELERY_TASK_DEFAULT_QUEUE = "default"
# Each queue with an exchange of its own: queues bound alike would both get every message.
CELERY_TASK_QUEUES = tuple(
    Queue(name, Exchange(name, type="direct"), routing_key=name) for name in ("default", "inference", "training")
)
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# The worker's life (engine, heartbeat) is connected in Celery processes only.
CELERY_IMPORTS = ("classifier.worker",)

# A claim on an analysis holds this long and is renewed with every heartbeat while its worker has it in hand; a run
# that takes longer than the longest is let go, and after so many attempts it is given up.
ANALYSIS_LEASE_SECONDS = env.int("HEMATOVISION_LEASE_SECONDS", default=60)
ANALYSIS_LONGEST_SECONDS = env.int("HEMATOVISION_LONGEST_SECONDS", default=600)
ANALYSIS_MAX_ATTEMPTS = env.int("HEMATOVISION_MAX_ATTEMPTS", default=3)
# A waiting run whose message has not been taken for this long is sent again.
ANALYSIS_RESEND_SECONDS = env.int("HEMATOVISION_RESEND_SECONDS", default=120)
# Pictures to train on lie in `data` below this folder, runs are kept in `runs`.
TRAINING_DIR = env.str("HEMATOVISION_TRAINING_DIR", default=str(VAR_DIR / "training"))
WORKER_HEARTBEAT_SECONDS = env.float("HEMATOVISION_HEARTBEAT_SECONDS", default=5.0)

if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Redis gives an unacknowledged message to somebody else after this many seconds; the longest
    # task must be shorter. The lease on the database row recovers earlier than that.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,
        # A list for each rank of `hematovision.celery.hint`; a worker takes from the first that is not empty.
        "priority_steps": [0, 3, 6, 9],
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        # Somebody uploading waits for this: a broker that is away is noticed at once, and the
        # sweeper sends the message later. Workers have a patience of their own.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    CELERY_BROKER_URL = "folder://localhost//"  # hematovision.folder_broker
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # One folder for both directions: every process both sends and receives.
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
    }
    # The transport refuses to work in folders that are not there.
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    # Broadcast messages to workers that are gone would stay in the folder for ever.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
