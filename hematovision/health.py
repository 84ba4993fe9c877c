"""Liveness and readiness, for supervisors and load balancers."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from cases.storage import clinical_storage
from classifier.models import ModelVersion, WorkerHeartbeat
from hematovision.celery import app
from hematovision.disk import require_room
from hematovision.errors import NoRoom
from hematovision.storage_health import Asked
from integrations.models import Connection, ConnectionKind, ListenerHeartbeat
from integrations.standing import stuck_of, with_standing

STORAGE = Asked()
LATE = timedelta(minutes=10)
"""Longer than a receiver takes to answer, or to restart."""


class PartFailed(Exception):
    """One part is not ready; the sentence says which and holds no secret."""


@never_cache
@require_safe
def livez(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the web process can answer at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when a smear sent now would come back classified, else 503 and the failing parts.

    Body: `{"status": "ready"|"not ready", "parts": {name: {"ok": bool, "detail": str}}}`. A part of `INFORMATIVE` is told
    and decides nothing: a receiver that is away is no reason to take no smears.
    """
    parts = {name: _report(check) for name, check in CHECKS.items()}
    ready = all(part["ok"] for part in parts.values())
    parts |= {name: _report(check) for name, check in INFORMATIVE.items()}
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "parts": parts},
        status=200 if ready else 503,
    )


def check_database() -> str:
    """The database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        raise PartFailed("The database does not answer.") from error
    return f"{connection.vendor} answers"


def check_broker() -> str:
    """The broker takes a connection."""
    try:
        with app.connection_for_write(connect_timeout=3) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            return f"{broker.transport.driver_type} answers"
    except (OperationalError, OSError) as error:
        raise PartFailed("The task broker does not answer.") from error


def check_worker() -> str:
    """A worker of the inference queue reported lately, holds a verified model and has nothing to complain about."""
    try:
        alive = list(WorkerHeartbeat.objects.alive().filter(queue__contains="inference"))
        ready = WorkerHeartbeat.objects.ready().filter(queue__contains="inference").count()
    except DatabaseError as error:
        raise PartFailed("The worker list cannot be read: the database does not answer.") from error
    if not alive:
        raise PartFailed("No worker has reported lately.")
    if not ready:
        problems = sorted({worker.problem for worker in alive if worker.problem})
        raise PartFailed(without_paths(" ".join(problems)) or "The worker has not loaded its model yet.")
    return f"{ready} at work"


def check_model() -> str:
    """Exactly one model version is active."""
    try:
        active = ModelVersion.objects.active()
    except DatabaseError as error:
        raise PartFailed("The model list cannot be read: the database does not answer.") from error
    if active is None:
        raise PartFailed("No model version is active: register and promote one.")
    return f"{active.name} {active.version} on {settings.HEMATOVISION_ENGINE}"


def check_disk() -> str:
    """There is more room than the reserve: an upload would be taken."""
    try:
        require_room()
    except NoRoom as error:
        raise PartFailed("The disk is full up to its reserve: uploads are refused.") from error
    return "has room"


def check_files() -> str:
    """The object store answers, where files lie in one; else their folder is there."""
    answers = STORAGE.answers()
    if answers is None:
        try:
            mounted = clinical_storage().exists("")
        except DatabaseError as error:
            raise PartFailed("Whose folder this is cannot be told: the database does not answer.") from error
        if not mounted:
            raise PartFailed("The folder of the files is not mounted: images cannot be opened or received.")
        return "a folder of this host"
    if not answers:
        raise PartFailed("The object store does not answer, or refuses: images cannot be opened or received.")
    return "the object store answers"


def check_lis() -> str:
    """Somebody listens for what comes in, nothing to other systems has waited long, and nothing waits for a person."""
    try:
        connections = list(with_standing(Connection.objects.in_use()))
        listens = ListenerHeartbeat.objects.alive().exists()
    except DatabaseError as error:
        raise PartFailed("The connections cannot be read: the database does not answer.") from error
    if not listens and any(found.kind == ConnectionKind.MLLP_IN for found in connections):
        raise PartFailed("Nobody listens for messages of laboratory systems: the listener is not running.")
    late = timezone.now() - LATE
    waiting = sum(1 for found in connections if found.oldest is not None and found.oldest < late)
    stuck = sum(sum(stuck_of(found).values()) for found in connections)
    if waiting or stuck:
        raise PartFailed(f"Of {len(connections)} connections {waiting} are late; {stuck} messages wait for a person.")
    return f"{len(connections)} connections, nothing late"


def without_paths(sentence: str) -> str:
    """Return `sentence` with each absolute path cut to its last name: anybody may ask, and where files lie is ours."""
    return re.sub(r"(?<![\w.])/(?:[^\s/'\",:]+/)*([^\s/'\",:]+)/?", r"\1", sentence)


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "broker": check_broker,
    "worker": check_worker,
    "model": check_model,
    "disk": check_disk,
    "files": check_files,
}

INFORMATIVE: dict[str, Callable[[], str]] = {"lis": check_lis}


def _report(check: Callable[[], str]) -> dict[str, object]:
    try:
        return {"ok": True, "detail": check()}
    except PartFailed as error:
        return {"ok": False, "detail": str(error)}
