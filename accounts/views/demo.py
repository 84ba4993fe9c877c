"""Signing in to a demo account with one click; `hematovision.local_urls` alone leads here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.demo import DEMO_PASSWORD, demo_addresses

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo person at `account`, with the printed password: one who changed it keeps others out.

    Counted, refused and asked for a second factor as any signing in. Raises `Http404` for any other account.
    """
    address = request.POST.get("account", "")
    if not getattr(settings, "DEMO_ACCOUNTS", False) or address not in demo_addresses():
        raise Http404
    user = get_adapter(request).authenticate(request, email=address, password=DEMO_PASSWORD)
    if user is None:
        messages.error(request, _("This demo account has a password of its own now. Sign in with it."))
        return redirect(settings.LOGIN_URL)
    response: HttpResponse = perform_login(request, user, email_verification="none")
    return response
