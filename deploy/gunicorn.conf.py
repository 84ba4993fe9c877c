"""gunicorn: one process with threads serves a clinic; WEB_CONCURRENCY adds processes.

TensorFlow is never imported here, so a web process stays near 190 MB (48 of them scipy.stats, for exact intervals).
"""

import os

_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "8000")

bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
# A thread is given whole requests only, so that slow senders keep none of them.
worker_class = "hematovision.serving.WholeRequestWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "24"))
# Signing a long report takes a while; the loop beats the heart meanwhile.
timeout = 120
graceful_timeout = 10
keepalive = 5
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "0"))
errorlog = "-"
loglevel = "warning"
# Requests are logged by the application, which leaves queries and so patient data out.
accesslog = None
control_socket_disable = True
# Without a proxy of ours nobody's X-Forwarded-Proto is believed, not even one from this host; with some, the application
# counts them (HEMATOVISION_TRUSTED_PROXY_COUNT).
forwarded_allow_ips = "*" if int(os.environ.get("HEMATOVISION_TRUSTED_PROXY_COUNT") or 0) > 0 else ""


def post_worker_init(_worker: object) -> None:
    """Before the first request."""
    from hematovision.long_lived import keep_what_was_loaded

    keep_what_was_loaded()
