"""Who is turned away after signing in (too long ago, closed organisations, no second factor), and what stays behind."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sessions import is_over
from hematovision.rest.problems import problem_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# Pages needed to set a second factor up, or to leave. Everything else waits.
_ALWAYS_OPEN = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "account_login",
        "offer_second_factor",
        "livez",
        "readyz",
        "metrics",
    }
)
_FOR_PROGRAMS = ("/api/", "/fhir/")
_OVER = _("You signed in long ago. Sign in again to go on.")
_SENTENCE = _("Your role needs a second factor: set up an authenticator app or a passkey first.")


class SignInPolicyMiddleware:
    """Runs behind authentication. API tokens are authenticated later and are not touched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, sign out, or send to the second-factor page."""
        user = request.user
        if isinstance(user, User):
            if is_over(request.session):
                return self._end(request)
            if user.organisation is not None and not user.organisation.is_active:
                logout(request)
                messages.error(request, gettext("Your organisation's access was closed."))
                return redirect(settings.LOGIN_URL)
            if needs_second_factor(user) and not _is_open(request.path_info):
                return self._send_to_setup(request)
        return self.get_response(request)

    def _end(self, request: HttpRequest) -> HttpResponse:
        """Go on as nobody: the page that was asked for leads to signing in, and from there back to it."""
        logout(request)
        if not request.path_info.startswith(_FOR_PROGRAMS):
            messages.info(request, _OVER)
        return self.get_response(request)

    def _send_to_setup(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(_FOR_PROGRAMS):
            return problem_json(
                request, status=HTTPStatus.FORBIDDEN, code="second_factor_required", detail=str(_SENTENCE)
            )
        messages.warning(request, _SENTENCE)
        return redirect(reverse("mfa_index"))


class NothingIsKept:
    """Whatever a signed-in person is shown is kept by no browser and no proxy, unless the view says for how long.

    Workstations are shared: after signing out the back button must not show a patient. Images may stay for a quarter of an
    hour while somebody is signed in; with the session they go as well (OWASP ASVS 14.3.1).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, and say that the answer is not to be stored."""
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if signed_in and not request.user.is_authenticated:
            # Not "storage": unsaved decisions of a review outlive a session there.
            response["Clear-Site-Data"] = '"cache"'
        return response


def needs_second_factor(user: User) -> bool:
    """Whether `user` has to set up a second factor before anything else."""
    required = getattr(settings, "HEMATOVISION_REQUIRE_MFA", False)
    if not required or not (user.role in settings.HEMATOVISION_MFA_ROLES or user.is_superuser):
        return False
    return not is_mfa_enabled(user)


def _is_open(path: str) -> bool:
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return False
    return name in _ALWAYS_OPEN or name.startswith("mfa_")
