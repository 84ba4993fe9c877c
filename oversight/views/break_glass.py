"""Breaking the glass, and the list of who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.models import BreakGlassAccess
from cases.models.restriction import restricted_patients
from cases.services.break_glass import OBJECT_TYPE, may_break_glass, open_by_break_glass
from hematovision.errors import DomainError
from hematovision.paging import CappedPaginator
from oversight.forms import BreakGlassForm

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PER_PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """Ask for two identifiers and a reason, then open the case for an hour, to read."""
    user = signed_in(request)
    if not may_break_glass(user):
        raise PermissionDenied(_("Break-glass access is for those who review or administer cases at a laboratory."))
    form = BreakGlassForm(request.POST if request.method == "POST" else None)
    status, refusal = 200, ""
    if request.method == "POST":
        if form.is_valid():
            try:
                access = open_by_break_glass(actor=user, **form.cleaned_data)
            except DomainError as error:
                if error.code == "already_visible":
                    messages.info(request, error.sentence)
                    return redirect("workbench:case", error.details["case"])
                status, refusal = error.status, error.sentence
            else:
                return redirect("workbench:case", access.case_id)
        else:
            status = 422
    context: dict[str, Any] = {"form": form, "refusal": refusal, "mine": _open_of(user)}
    return render(request, "oversight/break_glass.html", context, status=status)


@never_cache
@overseers_only
@require_GET
def break_glass_list(request: HttpRequest) -> HttpResponse:
    """List accesses to cases of one's laboratory, and accesses by its own people elsewhere, newest first."""
    user = signed_in(request)
    page = CappedPaginator(_listed_to(user), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"access": access, "ours": access.case.laboratory_id == user.organisation_id} for access in page]
    record(actor=user, action=Action.VIEW, object_type=OBJECT_TYPE, after={"listed": len(rows)})
    return render(request, "oversight/break_glass_list.html", {"page": page, "rows": rows, "now": timezone.now()})


def _listed_to(user: User) -> QuerySet[BreakGlassAccess]:
    if user.organisation_id is None:
        return BreakGlassAccess.objects.none()
    mine = Q(case__laboratory=user.organisation_id) | Q(user__organisation=user.organisation_id)
    return BreakGlassAccess.objects.filter(mine).select_related("case__laboratory", "user__organisation")


def _open_of(user: User) -> QuerySet[BreakGlassAccess]:
    still_open = user.break_glass_accesses.filter(expires_at__gt=timezone.now())
    return still_open.exclude(case__patient__in=restricted_patients()).select_related("case__laboratory")
