"""One report that was sent: what it says, who has it, and the acknowledgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.selectors import visible_record
from cases.services.audit_trail import record_view
from hematovision.errors import DomainError
from inbox.models import Delivery
from inbox.permissions import may_acknowledge, sees_sent_reports
from inbox.services import acknowledge, open_delivery
from notices.services import mark_subject_read
from reports.verification import verify_report

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@never_cache
@login_required
@require_GET
def delivery_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the report to those it was sent to, which counts as opened, and to the laboratory."""
    delivery = _visible(request, pk)
    record_view(actor=request.user, target=delivery, after={"report": str(delivery.report_id)})
    open_delivery(actor=request.user, delivery=delivery)
    mark_subject_read(actor=request.user, subject_id=delivery.pk)
    return _page(request, _visible(request, pk))


@login_required
@require_POST
def acknowledge_delivery(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Acknowledge it, with what was read back where something is critical."""
    delivery = _visible(request, pk)
    typed = {finding["code"]: request.POST.get(f"read-{finding['code']}", "") for finding in delivery.findings}
    try:
        acknowledge(actor=request.user, delivery=delivery, read_back=typed)
    except DomainError as error:
        wrong = error.details.get("wrong", [])
        return _page(request, _visible(request, pk), status=error.status, error=error, wrong=wrong, typed=typed)
    messages.success(request, _("You acknowledged the report."))
    return redirect("inbox:delivery", delivery.pk)


def _visible(request: AuthenticatedRequest, pk: UUID) -> Delivery:
    deliveries = Delivery.objects.select_related(
        "report__key",
        "report__signature",
        "report__previous",
        "case__patient",
        "case__clinic",
        "case__laboratory",
        "organisation",
        "acknowledgement",
        "opened_by",
        "superseded_by__report",
    )
    found: Delivery = visible_record(deliveries, request.user, pk)
    return found


def _page(
    request: AuthenticatedRequest,
    delivery: Delivery,
    *,
    status: int = 200,
    error: DomainError | None = None,
    wrong: Any = (),
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    verification = verify_report(delivery.report)
    context = {
        "delivery": delivery,
        "case": delivery.case,
        "report": delivery.report,
        "verification": verification,
        # What was altered is not shown as if it were a result.
        "content": delivery.report.data if verification.intact else None,
        "critical_codes": {finding["code"] for finding in delivery.findings},
        "findings": [
            {**finding, "typed": (typed or {}).get(finding["code"], ""), "wrong": finding["code"] in wrong}
            for finding in delivery.findings
        ],
        "may_acknowledge": may_acknowledge(request.user, delivery) and delivery.waits and verification.intact,
        "of_laboratory": sees_sent_reports(request.user),
        "error": error,
    }
    return render(request, "inbox/delivery.html", context, status=status)
