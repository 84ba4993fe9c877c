"""Forms that a browser may have to send twice are carried out once."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hematovision.forms import uuid_or_none
from hematovision.rest.problems import problem_json
from offline.services.sent_forms import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

HEADER = "X-Queued-Form"
PARAMETER = "queued"
_SIGNED_OUT = _("Sign in again. The form is kept on the device.")


class FormsOnce:
    """Carries a form out once that says under which id the browser keeps it: in a header, or in its address.

    Runs behind authentication. A script that sends what was kept asks for JSON, and is told where the answer led in place of
    being sent there. Who is signed out is told so (401), before anything of the form is compared: the browser then keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve; a form with an id at most once."""
        key = uuid_or_none(request.headers.get(HEADER) or request.GET.get(PARAMETER, ""))
        if request.method != "POST" or key is None or request.path_info.startswith(("/api/", "/fhir/")):
            return self.get_response(request)
        if not isinstance(request.user, User):
            if HEADER not in request.headers:
                return self.get_response(request)
            return problem_json(request, status=HTTPStatus.UNAUTHORIZED, code="signed_out", detail=str(_SIGNED_OUT))
        answer = once(
            actor=request.user,
            key=key,
            path=request.path_info,
            carry_out=lambda: self.get_response(request),
        )
        if isinstance(answer, str):
            answer = HttpResponseRedirect(answer)
        leads = answer.headers.get("Location", "")
        if leads and "application/json" in request.headers.get("Accept", ""):
            told = JsonResponse({"location": leads})
            told.cookies = answer.cookies
            return told
        return answer
