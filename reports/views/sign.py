"""The way to a signature: checks and texts, a preview of exactly what is signed, then the person's own components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from audit.models import Action
from audit.services import record
from cases.selectors import visible_case
from cases.services.audit_trail import record_view, scope_of
from hematovision.errors import DomainError
from reports.forms import DraftForm, SignForm
from reports.models import ReportKind, ReportTemplate
from reports.pdf import class_pictures, pdf_problem, render_pdf
from reports.presenters.content import MEANINGS, identifiers_of
from reports.services.drafts import save_draft
from reports.services.preparing import Prepared, prepare_report
from reports.services.reauthentication import components_for, confirm_signer, key_challenge, note_signature
from reports.services.sign_checks import wanting_fields
from reports.services.signing import sign_report
from review.services.amendments import abandon_amendment

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest
    from cases.models import Case

TITLES = {
    ReportKind.ORIGINAL: gettext_lazy("Sign the report"),
    ReportKind.CORRECTED: gettext_lazy("Sign the correction"),
    ReportKind.APPENDED: gettext_lazy("Sign the addendum"),
    ReportKind.WITHDRAWN: gettext_lazy("Withdraw the report"),
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what is still wanting and take the texts; the preview follows once nothing is."""
    case = visible_case(request.user, pk)
    try:
        prepared = prepare_report(actor=request.user, case=case)
    except DomainError as error:
        return refused(request, case, error)
    if request.method != "POST":
        record_view(actor=request.user, target=case, after={"part": "sign"})
        return _sign_page(request, prepared, DraftForm(initial=_initial(prepared)))
    return _keep(request, prepared)


@sensitive_post_parameters("password", "code", "credential")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_preview(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show exactly what is signed, and sign it: the form carries the hash of what was shown."""
    case = visible_case(request.user, pk)
    try:
        prepared = prepare_report(actor=request.user, case=case)
    except DomainError as error:
        return refused(request, case, error)
    if prepared.unmet:
        return _sign_page(request, prepared, DraftForm(initial=_initial(prepared)), status=409, asked=True)
    if request.method != "POST":
        record_view(actor=request.user, target=case, after={"part": "preview"})
        return _preview_page(request, prepared)
    return _sign_now(request, prepared)


@login_required
@never_cache
@require_safe
def preview_pdf(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Hand out the real PDF of what would be signed, with PREVIEW across every page."""
    case = visible_case(request.user, pk)
    try:
        prepared = prepare_report(actor=request.user, case=case)
        pdf = render_pdf(
            prepared.content,
            content_sha256=prepared.preview,
            pictures=class_pictures(case, prepared.content),
            identifier="",
        )
    except DomainError as error:
        return refused(request, case, error)
    record(actor=request.user, action=Action.DOWNLOAD, target=case, after={"what": "preview"}, **scope_of(case))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="preview-{case.pk}.pdf"'
    return response


@login_required
@require_http_methods(["POST"])
def abandon(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give up an amendment: the signed report stands as it did."""
    case = visible_case(request.user, pk)
    try:
        abandon_amendment(actor=request.user, case=case)
    except DomainError as error:
        return refused(request, case, error)
    messages.success(request, _("The amendment was given up. The signed report stands."))
    return redirect("workbench:case", case.pk)


def _keep(request: AuthenticatedRequest, prepared: Prepared) -> HttpResponse:
    """Save what was written, and go on to the preview where that was asked for and nothing is wanting."""
    case = prepared.case
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, prepared, form, status=422)
    try:
        save_draft(actor=request.user, case=case, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.sentence)
        return _sign_page(request, prepared, form, status=error.status)
    if request.POST.get("then") != "preview":
        messages.success(request, _("The draft is saved."))
        return redirect("reports:sign", case.pk)
    prepared = prepare_report(actor=request.user, case=case)
    if prepared.unmet:
        return _sign_page(request, prepared, form, status=422, asked=True)
    return redirect("reports:sign_preview", case.pk)


def _sign_now(request: AuthenticatedRequest, prepared: Prepared) -> HttpResponse:
    """Check the person, then sign exactly what they were shown."""
    case = prepared.case
    form = SignForm(request.POST)
    if not form.is_valid() or form.cleaned_data["preview"] != prepared.preview:
        # Before anything is asked of the person: what they would sign is not what they saw.
        return _preview_page(request, prepared, stale=True, status=409)
    given = form.cleaned_data
    try:
        proof = confirm_signer(
            request,
            user=request.user,
            password=given["password"],
            code=given["code"],
            credential=given["credential"],
        )
        report = sign_report(actor=request.user, case=case, preview=given["preview"], proof=proof)
    except DomainError as error:
        return _not_signed(request, prepared, error)
    note_signature(request, request.user)
    messages.success(request, _("Version %(version)s of the report is signed.") % {"version": report.version})
    return redirect("reports:report", report.pk)


def _not_signed(request: AuthenticatedRequest, prepared: Prepared, error: DomainError) -> HttpResponse:
    """Say why nothing was signed: on the page that was shown, on a new preview, or where there is none any more."""
    if error.code in {"lease_lost", "signed", "state"}:
        return refused(request, prepared.case, error)
    if error.code in {"preview_stale", "not_ready"}:
        newer = prepare_report(actor=request.user, case=prepared.case)
        return _preview_page(request, newer, stale=True, status=409)
    return _preview_page(request, prepared, error=error.sentence, status=error.status)


def refused(request: AuthenticatedRequest, case: Case, error: DomainError) -> HttpResponse:
    """Answer with the reason why there is nothing to sign here for this person now, and the way on."""
    context = {"case": case, "error": error}
    return render(request, "reports/refused.html", context, status=error.status)


def _initial(prepared: Prepared) -> dict[str, Any]:
    draft = prepared.draft
    names = (
        "interpretation",
        "comments",
        "count_reason",
        "quality_accepted",
        "quality_remark",
        "flagged_reason",
        "insufficient",
        "insufficient_words",
        "identifiers",
    )
    return {name: getattr(draft, name) for name in names}


def _sign_page(
    request: AuthenticatedRequest, prepared: Prepared, form: DraftForm, *, status: int = 200, asked: bool = False
) -> HttpResponse:
    texts = ReportTemplate.objects.visible_to(request.user).filter(is_active=True)
    context = {
        "case": prepared.case,
        "prepared": prepared,
        "title": TITLES[prepared.kind],
        "form": form,
        "asked": asked,
        "identifiers": _identifiers(prepared, form),
        "wanting": wanting_fields(prepared.evidence),
        "texts": [{"id": str(text.pk), "part": text.part, "title": text.title, "text": text.text} for text in texts],
        "is_withdrawal": prepared.kind == ReportKind.WITHDRAWN,
        "content": prepared.content,
    }
    return render(request, "reports/sign.html", context, status=status)


def _identifiers(prepared: Prepared, form: DraftForm) -> list[dict[str, Any]]:
    """The identifiers to compare, each with its value in full and whether it is ticked."""
    case = prepared.case
    values = {
        "name": case.patient.full_name,
        "birth_date": str(case.patient.born),
        "mrn": case.patient.mrn,
        "accession": case.accession_number,
    }
    ticked = set(form["identifiers"].value() or [])
    return [
        {"code": code, "label": label, "value": values[code], "ticked": code in ticked}
        for code, label in identifiers_of(case.patient).items()
    ]


def _preview_page(
    request: AuthenticatedRequest, prepared: Prepared, *, error: str = "", stale: bool = False, status: int = 200
) -> HttpResponse:
    components = components_for(request, request.user)
    context = {
        "case": prepared.case,
        "prepared": prepared,
        "content": prepared.content,
        "title": TITLES[prepared.kind],
        "meaning": _(MEANINGS[prepared.kind]),
        "components": components,
        "challenge": {"request_options": key_challenge(request.user)} if components.key else None,
        "error": error,
        "stale": stale,
        "pdf_problem": pdf_problem(),
    }
    return render(request, "reports/preview.html", context, status=status)
