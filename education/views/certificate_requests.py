"""A pathologist answers who asked for a certificate: signs it, or declines with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from education.presenters.certificate_content import MEANING
from education.services.certificates import decline_certificate, issue_certificate, prepare_certificate
from hematovision.errors import DomainError, NotFound
from reports.pdf import pdf_problem
from reports.services.reauthentication import components_for, confirm_signer, key_challenge, note_signature

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


class SignatureForm(forms.Form):
    """The components of the signer, and what they saw. Nothing is ever filled in beforehand."""

    preview = forms.CharField(max_length=64)
    password = forms.CharField(required=False, strip=False, max_length=1024)
    code = forms.CharField(required=False, max_length=64)
    credential = forms.CharField(required=False)


@sensitive_post_parameters("password", "code", "credential")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_request(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what would be signed; a POST signs it, or declines."""
    try:
        if request.method != "POST":
            return _page(request, pk)
        if request.POST.get("action") == "decline":
            decline_certificate(actor=request.user, request=pk, reason=request.POST.get("reason", ""))
            messages.success(request, _("The request is declined. The student sees your reason."))
            return redirect("education:certificates")
        return _issue(request, pk)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        return _again(request, pk, error)


def _issue(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    form = SignatureForm(request.POST)
    form.full_clean()
    # Before anything is asked of the person: whether there is something to sign.
    prepare_certificate(actor=request.user, request=pk)
    given = form.cleaned_data
    proof = confirm_signer(
        request,
        user=request.user,
        password=given.get("password", ""),
        code=given.get("code", ""),
        credential=given.get("credential", ""),
    )
    made = issue_certificate(actor=request.user, request=pk, preview=given.get("preview", ""), proof=proof)
    note_signature(request, request.user)
    messages.success(request, _("The certificate is signed and issued."))
    return redirect("education:certificate", made.pk)


def _again(request: AuthenticatedRequest, pk: UUID, error: DomainError) -> HttpResponse:
    """The page with the reason why nothing was done; a page of its own where the request is answered."""
    if error.code == "answered":
        return render(request, "education/certificate_refused.html", {"refusal": error.sentence}, status=error.status)
    try:
        return _page(request, pk, refusal=error.sentence, status=error.status)
    except DomainError as gone:
        context: dict[str, Any] = {"refusal": gone.sentence, "declines": True}
        return render(request, "education/certificate_refused.html", context, status=gone.status)


def _page(request: AuthenticatedRequest, pk: UUID, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found, content, preview = prepare_certificate(actor=request.user, request=pk)
    components = components_for(request, request.user)
    context = {
        "asked": found,
        "content": content,
        "preview": preview,
        "meaning": _(MEANING),
        "components": components,
        "challenge": {"request_options": key_challenge(request.user)} if components.key else None,
        "pdf_problem": pdf_problem(),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "education/certificate_request.html", context, status=status)
