"""One's own notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from cases.services.audit_trail import record_list
from hematovision.errors import PermissionRefused
from hematovision.paging import CappedPaginator
from notices.conf import push_public_key
from notices.models import Notification, PushEndpoint
from notices.permissions import may_follow_orders
from notices.selectors import unread_of
from notices.services import (
    mark_all_read,
    mark_read,
    preference_of,
    set_email_preference,
    set_order_preference,
)

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.requests import AuthenticatedRequest

_PER_PAGE = 50


@never_cache
@login_required
@require_safe
def notification_list(request: AuthenticatedRequest) -> HttpResponse:
    """Show what this person was told, newest first."""
    mine = Notification.objects.visible_to(request.user)
    page = CappedPaginator(mine, _PER_PAGE).get_page(request.GET.get("page"))
    record_list(actor=request.user, object_type="notices.notification", count=len(page.object_list))
    context = {
        "page": page,
        "any_unread": mine.unread().exists(),
        "may_follow_orders": may_follow_orders(request.user),
        "preference": preference_of(request.user),
        "push_key": push_public_key(),
        "browsers": PushEndpoint.objects.visible_to(request.user) if push_public_key() else [],
    }
    return render(request, "notices/list.html", context)


@login_required
@require_GET
def open_notification(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Note that it was seen and go where it leads."""
    notification = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    mark_read(actor=request.user, notification=notification)
    return redirect(notification.path)


@login_required
@require_POST
def read_all(request: AuthenticatedRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_all_read(actor=request.user)
    return redirect("notices:list")


@login_required
@require_POST
def choose_email(request: AuthenticatedRequest) -> HttpResponse:
    """Turn the e-mails on or off."""
    wanted = request.POST.get("email") == "on"
    set_email_preference(actor=request.user, email=wanted)
    sentence = _("You are told by e-mail too.") if wanted else _("You are told in HematoVision only.")
    messages.success(request, sentence)
    return redirect("notices:list")


@login_required
@require_POST
def choose_orders(request: AuthenticatedRequest) -> HttpResponse:
    """Turn notifications of new orders on or off."""
    wanted = request.POST.get("new_orders") == "on"
    try:
        set_order_preference(actor=request.user, new_orders=wanted)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    messages.success(request, _("You are told of new orders.") if wanted else _("You are not told of new orders."))
    return redirect("notices:list")


@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Answer a page that asks for the number again.

    That a page lies open is no sign of a person: the session is left as it is, so that it ends after the same idle
    time as without the bell.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    answer = render(request, "notices/partials/bell_count.html", unread_of(request.user))
    del request.session
    return answer
