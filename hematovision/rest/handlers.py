"""What is answered outside a view: problem documents below ``/api/``, pages elsewhere.

Named in ``hematovision.urls`` as ``handler400``, ``handler403``, ``handler404`` and ``handler500``.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views import defaults

from hematovision.errors import DomainError
from hematovision.rest import problems

API_PREFIX = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that is refused before it reaches a view (hostile host name, too many fields)."""
    if not request.path.startswith(API_PREFIX):
        return defaults.bad_request(request, exception)
    return problems.problem_json(request, status=400, code="bad_request", detail="The request was not understood.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a refusal; one of the domain says so in its own words, on its own page or to a script as a problem."""
    if isinstance(exception, DomainError):
        if request.path.startswith(API_PREFIX) or "application/json" in request.headers.get("Accept", ""):
            return problems.problem_json(
                request,
                status=exception.status,
                code=exception.code,
                detail=exception.sentence,
                details=exception.details,
            )
        template = getattr(exception, "template", "403.html")
        return render(request, template, {"refusal": exception, "exception": exception.sentence}, status=403)
    if not request.path.startswith(API_PREFIX):
        return defaults.permission_denied(request, exception)
    return problems.problem_json(request, status=403, code="permission_denied", detail=problems.REFUSED)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an unknown address."""
    if not request.path.startswith(API_PREFIX):
        return defaults.page_not_found(request, exception)
    return problems.problem_json(request, status=404, code="not_found", detail=problems.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a defect: it is already logged; nothing of it is shown."""
    if not request.path.startswith(API_PREFIX):
        return defaults.server_error(request)
    return problems.problem_json(request, status=500, code="unexpected", detail=problems.UNEXPECTED)
