"""What the JSON endpoints of the workspace share: who is let in, how a body is read, how a refusal is answered."""

from __future__ import annotations

import json
import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404

from accounts.models import User
from cases.models import Case, Cell
from hematovision.errors import DomainError, NotFound, PermissionRefused, Unprocessable
from hematovision.rest.problems import PROBLEM_MEDIA_TYPE, problem_body, request_instance
from review.presenting import fresh, present_cells
from review.selectors import lease_state, live_state
from review.services.guards import NOT_A_READER, reads_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponseBase

_SIGNED_OUT = "You were signed out. Sign in again; what is not saved yet stays in this window."


def json_endpoint(*methods: str) -> Callable[[Callable[..., JsonResponse]], Callable[..., HttpResponseBase]]:
    """Make a view that answers JSON to signed-in people, and refusals as problem documents with their `code`.

    Nobody is sent to a sign-in page: a script that saves in the background is told 401 and keeps what it has.
    """

    def decorate(view: Callable[..., JsonResponse]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return problem(request, status=401, code="signed_out", detail=_SIGNED_OUT)
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                return problem(request, status=404, code="not_found", detail=NotFound.default_sentence)
            except DomainError as error:
                details = dict(error.details)
                return problem(request, status=error.status, code=error.code, detail=error.sentence, details=details)
            response["Cache-Control"] = "private, no-store"
            return response

        return answer

    return decorate


def problem(
    request: HttpRequest, *, status: int, code: str, detail: str, details: dict[str, object] | None = None
) -> JsonResponse:
    """Answer with a problem document; `code` is in it by name as well, and changed cells as they are now."""
    members: dict[str, object] = {**(details or {}), "code": code}
    if code == "stale":
        members["cells"] = _as_they_are(members.get("cells"))
    body = problem_body(status=status, code=code, detail=detail, instance=request_instance(request), details=members)
    response = JsonResponse(body, status=status, content_type=PROBLEM_MEDIA_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


def readable_case(request: HttpRequest, pk: uuid.UUID) -> Case:
    """Return a case of the reader's laboratory; 404 for one they do not see, `PermissionRefused` for other roles."""
    user = request.user
    cases = Case.objects.visible_to(user).select_related("laboratory", "patient", "clinic", "owner")
    case = get_object_or_404(cases, pk=pk)
    if not isinstance(user, User) or not reads_for(user, case):
        raise PermissionRefused(NOT_A_READER)
    return case


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of a request; raises `Unprocessable` for anything else."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Unprocessable("The request is no JSON.", code="bad_json") from error
    if not isinstance(body, dict):
        raise Unprocessable("The request is no JSON object.", code="bad_json")
    return body


def uuid_in(value: Any, name: str) -> uuid.UUID:
    """Return a UUID of the body; raises `Unprocessable` naming what is missing."""
    try:
        return uuid.UUID(value) if isinstance(value, str) else uuid.UUID(int=-1)
    except ValueError as error:
        raise Unprocessable(f"{name} has to be a UUID.", code="bad_json", details={"member": name}) from error


def number_in(value: Any, name: str) -> int:
    """Return a whole number of the body; raises `Unprocessable` naming what is missing."""
    if isinstance(value, bool) or not isinstance(value, int) or not -(10**9) < value < 10**9:
        raise Unprocessable(f"{name} has to be a whole number.", code="bad_json", details={"member": name})
    return value


def text_in(body: dict[str, Any], name: str) -> str:
    """Return a text of the body, empty where it is left out; raises `Unprocessable` for anything but text."""
    value = body.get(name) or ""
    if not isinstance(value, str) or "\x00" in value:
        raise Unprocessable(f"{name} has to be a text.", code="bad_json", details={"member": name})
    return value


def after(case: Case, user: User, cells: Iterable[Cell]) -> dict[str, Any]:
    """Return what the workspace is told after something was done: the cells, and everything that changed with them."""
    return {
        "cells": present_cells(case, fresh(cells)),
        "case": {"id": str(case.pk), "state": str(case.state)},
        "lease": lease_state(case, user),
        **live_state(case, user),
    }


def _as_they_are(ids: object) -> list[dict[str, Any]]:
    wanted = [uuid.UUID(one) for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
    if not wanted:
        return []
    cells = list(
        Cell.objects.filter(pk__in=wanted)
        .select_related("decided_by", "image__case__laboratory")
        .order_by("image__ordinal", "ordinal")
    )
    return present_cells(cells[0].image.case, cells) if cells else []
