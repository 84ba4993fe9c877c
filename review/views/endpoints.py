"""What the JSON endpoints of the workspace share: who is let in, how a refusal is answered."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case, Cell
from cases.selectors import visible_case
from hematovision.errors import DomainError, NotFound, PermissionRefused
from hematovision.rest.problems import PROBLEM_MEDIA_TYPE, problem_body, request_instance
from review.permissions import NOT_A_REVIEWER, may_review
from review.presenters.cells import fresh, present_cells
from review.selectors import lease_state, live_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest, HttpResponseBase

_SIGNED_OUT = _("You were signed out. Sign in again; what is not saved yet stays in this window.")


def json_endpoint(*methods: str) -> Callable[[Callable[..., JsonResponse]], Callable[..., HttpResponseBase]]:
    """Make a view that answers JSON to signed-in people, and refusals as problem documents with their `code`.

    Nobody is sent to a sign-in page: a script that saves in the background is told 401 and keeps what it has.
    """

    def decorate(view: Callable[..., JsonResponse]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return problem(request, status=401, code="signed_out", detail=str(_SIGNED_OUT))
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                return problem(request, status=404, code="not_found", detail=str(NotFound.default_sentence))
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
    """Return a case of the reviewer's laboratory; 404 for one they do not see, `PermissionRefused` for other roles."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionRefused(gettext(NOT_A_REVIEWER))
    case = visible_case(user, pk)
    if not may_review(user, case):
        raise PermissionRefused(gettext(NOT_A_REVIEWER))
    return case


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
