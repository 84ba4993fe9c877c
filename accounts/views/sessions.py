"""One's own sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import ListUserSessionsView
from django.utils.decorators import method_decorator

from accounts.providers import keeping_devices
from accounts.requests import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class OwnSessions(ListUserSessionsView):  # type: ignore[misc]
    """Lists where one is signed in; ending the others asks again who is there (OWASP ASVS 7.5.2)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the browsers that keep work, which outlives a session."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "devices": keeping_devices(signed_in(self.request))}

    @method_decorator(reauthentication_required)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End all sessions but this one."""
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer
