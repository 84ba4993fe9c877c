"""What is answered outside a view: problem documents below ``/api/`` and ``/fhir/``, pages elsewhere.

Named in ``hematovision.urls`` as ``handler400``, ``handler403``, ``handler404`` and ``handler500``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from hematovision.away import headers_of, refusal_for
from hematovision.errors import DomainError
from hematovision.rest import problems

if TYPE_CHECKING:
    from collections.abc import Callable

API_PREFIXES = ("/api/", "/fhir/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that is refused before it reaches a view (hostile host name, too many fields)."""
    if not request.path.startswith(API_PREFIXES):
        return defaults.bad_request(request, exception)
    return problems.problem_json(request, status=400, code="bad_request", detail=_("The request was not understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a refusal; one of the domain says so in its own words, on its own page or to a script as a problem."""
    if isinstance(exception, DomainError):
        if request.path.startswith(API_PREFIXES) or "application/json" in request.headers.get("Accept", ""):
            return problems.problem_json(
                request,
                status=exception.status,
                code=exception.code,
                detail=exception.sentence,
                details=exception.details,
            )
        template = getattr(exception, "template", "403.html")
        return render(request, template, {"refusal": exception, "exception": exception.sentence}, status=403)
    if not request.path.startswith(API_PREFIXES):
        return defaults.permission_denied(request, exception)
    return problems.problem_json(request, status=403, code="permission_denied", detail=problems.REFUSED)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an unknown address."""
    if not request.path.startswith(API_PREFIXES):
        return defaults.page_not_found(request, exception)
    return problems.problem_json(request, status=404, code="not_found", detail=problems.NOT_FOUND)


class PartsAway:
    """Answers for a view that met a part of the installation that is away, full or gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve; what another middleware met comes to `server_error`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer with the sentence, or leave the defect to Django."""
        refusal = refusal_for(exception)
        return None if refusal is None else away(request, refusal)


def away(request: HttpRequest, refusal: DomainError) -> HttpResponseBase:
    """Say that a part is away: to a browser on a page that needs no database, session or cache, else as a problem."""
    answer: HttpResponse
    if request.path.startswith(API_PREFIXES) or "text/html" not in request.headers.get("Accept", ""):
        answer = problems.problem_json(
            request, status=refusal.status, code=refusal.code, detail=refusal.sentence, details=refusal.details
        )
    else:
        page = render_to_string("unavailable.html", {"status": refusal.status, "sentence": refusal.sentence})
        answer = HttpResponse(page, status=refusal.status)
    for name, value in headers_of(refusal.status).items():
        answer[name] = value
    answer["Cache-Control"] = "no-store"
    return answer


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a part that is away, or a defect: it is already logged; nothing of it is shown."""
    # Django calls this while it handles the exception, and does not hand it over.
    refusal = refusal_for(sys.exc_info()[1])
    if refusal is not None:
        return away(request, refusal)
    if not request.path.startswith(API_PREFIXES):
        return defaults.server_error(request)
    return problems.problem_json(request, status=500, code="unexpected", detail=problems.UNEXPECTED)
