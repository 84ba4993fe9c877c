"""What a script asks of a code that was scanned: where it leads, or what is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.services.scans import Scanned, identify_scanned
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from accounts.requests import AuthenticatedRequest


@login_required
@require_POST
def scan(request: AuthenticatedRequest) -> JsonResponse:
    """Say what the code in the body is; what was scanned may name a patient and stands in no address."""
    try:
        found = identify_scanned(actor=request.user, text=request.POST.get("code", ""))
    except DomainError as error:
        return JsonResponse({"sentence": error.sentence, "code": error.code}, status=error.status)
    return JsonResponse(_told(request, found))


def _told(request: AuthenticatedRequest, found: Scanned) -> dict[str, str]:
    named = {"code": found.code}
    if found.case is not None:
        sentence = _("Case %(code)s is here already.") % named
        return {"is": "case", "address": reverse("workbench:case", args=[found.case.pk]), "sentence": sentence}
    if found.order is not None:
        sentence = _("Order %(number)s waits under this number.") % {"number": found.order.placer_number}
        return {"is": "order", "order": str(found.order.pk), "sentence": sentence}
    if found.is_number:
        sentence = _("%(code)s is not known here yet. It was filled in.") % named
        return {"is": "number", "value": found.code, "sentence": sentence}
    laboratory = request.user.laboratory
    sentence = _("%(code)s is not of the form of an accession number of %(laboratory)s. It was not filled in.") % {
        **named,
        "laboratory": laboratory.name if laboratory else "",
    }
    return {"is": "other", "sentence": sentence}
