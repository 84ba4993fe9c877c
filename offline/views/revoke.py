"""A device is revoked, after it was said what is lost."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offline.models import DeviceKey
from offline.services.device_keys import revoke_device_key

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: AuthenticatedRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask whether to revoke one's own device, and do so."""
    key = get_object_or_404(DeviceKey.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "offline/revoke.html", {"key": key})
    revoke_device_key(actor=request.user, device=key.pk)
    messages.success(request, _("The device was revoked. What was kept on it cannot be opened any more."))
    return redirect("usersessions_list")
