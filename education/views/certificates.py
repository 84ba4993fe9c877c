"""Certificates: one's own, those of a laboratory, the file, and the request for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.models import Action
from audit.services import record
from cases.stored_files import open_stored
from education.models import Certificate, CertificateRequest
from education.pdf.certificate import check_address, marked_as_revoked
from education.permissions import (
    may_issue_certificates,
    may_learn,
    may_revoke_certificates,
    may_see_certificates,
)
from education.services.certificates import ask_for_certificate, revoke_certificate
from hematovision.errors import DomainError, NotFound, PermissionRefused
from hematovision.paging import CappedPaginator

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest

_PER_PAGE = 50


@login_required
@never_cache
@require_safe
def certificates(request: AuthenticatedRequest) -> HttpResponse:
    """List one's own certificates and requests, and to those who oversee a laboratory what waits and what it issued."""
    user = request.user
    if not may_learn(user):
        raise PermissionDenied
    mine = Certificate.objects.filter(student=user).select_related("attempt__teaching_set", "laboratory")
    asked = CertificateRequest.objects.filter(attempt__student=user, attempt__certificate__isnull=True)
    context: dict[str, Any] = {
        "mine": mine,
        "asked": asked.select_related("attempt__teaching_set").order_by("-asked_at"),
        "issues": may_issue_certificates(user),
        "sees_all": may_see_certificates(user),
        "revokes": may_revoke_certificates(user),
    }
    if context["issues"]:
        waiting = CertificateRequest.objects.open().answerable_by(user)
        context["waiting"] = waiting.select_related("attempt__student", "attempt__teaching_set")
    if context["sees_all"]:
        theirs = Certificate.objects.filter(laboratory=user.organisation_id).select_related("attempt__teaching_set")
        context["page"] = CappedPaginator(theirs, _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "education/certificates.html", context)


@login_required
@require_POST
def ask(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for the certificate of an attempt."""
    try:
        ask_for_certificate(actor=request.user, attempt=pk)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return render(request, "education/certificate_refused.html", {"refusal": error.sentence}, status=error.status)
    messages.success(request, _("You have asked for the certificate. A pathologist of your laboratory answers."))
    return redirect("education:certificates")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one certificate; a POST revokes it, with a reason."""
    found = _visible(request, pk)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            revoke_certificate(actor=request.user, certificate=pk, reason=request.POST.get("reason", ""))
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except DomainError as error:
            refusal = error
        else:
            messages.success(request, _("The certificate is revoked. Whoever checks it is told so."))
            return redirect("education:certificate", pk)
    revokes = may_revoke_certificates(request.user) and found.laboratory_id == request.user.organisation_id
    context = {
        "certificate": found,
        "content": found.content,
        "address": check_address(found.content_hash),
        "revokes": revokes and found.revoked_at is None,
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "education/certificate.html", context, status=200 if refusal is None else refusal.status)


@login_required
@never_cache
@require_safe
def certificate_file(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the file; of a revoked certificate a copy that says so across the page."""
    found = _visible(request, pk)
    revoked = found.revoked_at is not None
    try:
        with open_stored(str(found.pdf.name), _("The file of this certificate")) as file:
            pdf = file.read()
        if revoked:
            pdf = marked_as_revoked(found, pdf)
    except DomainError as error:
        return render(request, "education/certificate_refused.html", {"refusal": error.sentence}, status=error.status)
    what = "pdf, marked" if revoked else "pdf"
    record(
        actor=request.user,
        action=Action.DOWNLOAD,
        target=found,
        after={"what": what},
        laboratory_id=found.laboratory_id,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{found.pk}.pdf"'
    return response


def _visible(request: AuthenticatedRequest, pk: UUID) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("attempt__teaching_set", "revoked_by")
    return get_object_or_404(rows, pk=pk)
