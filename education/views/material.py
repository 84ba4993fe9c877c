"""What a laboratory teaches with: its own and its copied cells, recalling them, and the consent of its clinics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organisation
from audit.models import Action
from audit.services import record
from cases.words import in_words
from education.models import MaterialState, Source, TeachingCell, TeachingConsent, TeachingSource
from education.permissions import may_follow_source, may_keep_material, may_record_consent, may_see_material
from education.selectors.owed import without_owed
from education.services.consents import record_consent, withdraw_consent
from education.services.recall import recall_chosen
from education.words import name_of
from hematovision.errors import DomainError, NotFound, PermissionRefused
from hematovision.forms import DescribedForm, uuid_or_none
from hematovision.paging import CappedPaginator
from reports.models import Report

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest

_PER_PAGE = 50


class ConsentForm(DescribedForm):
    """The day on which a clinic agreed."""

    agreed_on = forms.DateField(
        label=gettext_lazy("Agreed on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def material(request: AuthenticatedRequest) -> HttpResponse:
    """List the laboratory's own and copied cells, the newest first; a POST recalls those chosen, with a reason.

    A cell whose answer the person owes is listed to them once that is told.
    """
    if not may_see_material(request.user):
        raise PermissionDenied(_("The material is for teachers, administrators and auditors of a laboratory."))
    error: DomainError | None = None
    chosen = {each for each in map(uuid_or_none, request.POST.getlist("cell")) if each is not None}
    if request.method == "POST":
        try:
            count = recall_chosen(actor=request.user, cells=chosen, reason=request.POST.get("reason", ""))
        except PermissionRefused as refused:
            raise PermissionDenied(refused.sentence) from refused
        except DomainError as refused:
            error = refused
        else:
            told = ngettext("%(count)s cell was recalled.", "%(count)s cells were recalled.", count)
            messages.success(request, told % {"count": count})
            return redirect("education:material")
    state, source = request.GET.get("state", ""), request.GET.get("source", "")
    kept = TeachingCell.objects.filter(laboratory=request.user.organisation_id)
    cells = without_owed(kept, request.user).order_by("-created_at", "pk")
    if state in MaterialState.values:
        cells = cells.filter(state=state)
    if source in Source.values:
        cells = cells.filter(source=source)
    page = CappedPaginator(cells.select_related("created_by"), _PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "rows": [
            {
                "cell": cell,
                "name": name_of(cell.cell_class),
                "why": in_words(cell.recalled_because),
                "is_chosen": cell.pk in chosen,
                "leads_to_source": cell.source == Source.SIGNED
                and cell.state != MaterialState.RECALLED
                and may_follow_source(request.user, cell),
            }
            for cell in page
        ],
        "error": error,
        "reason": request.POST.get("reason", ""),
        "state": state,
        "source": source,
        "states": MaterialState.choices,
        "sources": Source.choices,
        "may_keep": may_keep_material(request.user),
    }
    return render(request, "education/material.html", context, status=200 if error is None else error.status)


@login_required
@never_cache
@require_safe
def source(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Lead an administrator from a copied cell to the report it was copied from, if they may open that. It is on record."""
    cells = TeachingCell.objects.filter(laboratory=request.user.organisation_id).exclude(laboratory=None)
    cell = get_object_or_404(cells, pk=pk)
    if not may_follow_source(request.user, cell):
        raise PermissionDenied(_("Administrators of the laboratory are led to where a cell was copied from."))
    copied_from = TeachingSource.objects.filter(teaching_cell=cell).values("report")
    report = get_object_or_404(Report.objects.visible_to(request.user), pk__in=copied_from)
    record(
        actor=request.user,
        action=Action.VIEW,
        target=cell,
        after={"what": "source"},
        laboratory_id=cell.laboratory_id,
    )
    return redirect("reports:report", report.pk)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: AuthenticatedRequest) -> HttpResponse:
    """Show which clinics consent to teaching with their cases; a POST records that one does, or does no longer."""
    laboratory = request.user.organisation
    if not may_see_material(request.user) or laboratory is None:
        raise PermissionDenied(_("The material is for teachers, administrators and auditors of a laboratory."))
    form, about, status = ConsentForm(), None, 200
    if request.method == "POST":
        about = uuid_or_none(request.POST.get("clinic", ""))
        clinic = get_object_or_404(Organisation.objects.of_laboratory(laboratory), pk=about)
        form = ConsentForm(request.POST)
        try:
            sentence = _changed(request, clinic, form)
        except PermissionRefused as error:
            raise PermissionDenied(error.sentence) from error
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            form.refuse(error, field="agreed_on")
            status = error.status
        else:
            if sentence:
                messages.success(request, sentence)
                return redirect("education:consents")
            status = 422
    clinics = Organisation.objects.of_laboratory(laboratory).order_by("name")
    of_each = Prefetch("teaching_consents", TeachingConsent.objects.select_related("recorded_by", "withdrawn_by"))
    context = {
        "clinics": [
            {
                "clinic": clinic,
                "in_force": next((each for each in clinic.teaching_consents.all() if not each.withdrawn_at), None),
                "last": next(iter(clinic.teaching_consents.all()), None),
                "form": form if clinic.pk == about else ConsentForm(auto_id=f"id_{clinic.slug}_%s"),
                "may_record": may_record_consent(request.user, clinic),
            }
            for clinic in clinics.prefetch_related(of_each)
        ],
    }
    return render(request, "education/consents.html", context, status=status)


def _changed(request: AuthenticatedRequest, clinic: Organisation, form: ConsentForm) -> str:
    """Record or withdraw the consent, and say so in a sentence; empty where the form is not filled in."""
    if request.POST.get("action") == "withdraw":
        count = withdraw_consent(actor=request.user, clinic=clinic)
        told = ngettext(
            "The consent was withdrawn and %(count)s cell recalled.",
            "The consent was withdrawn and %(count)s cells recalled.",
            count,
        )
        return told % {"count": count}
    if not form.is_valid() and may_record_consent(request.user, clinic):
        return ""
    # Whoever may not is refused, whatever the day.
    record_consent(
        actor=request.user, clinic=clinic, agreed_on=form.cleaned_data.get("agreed_on", timezone.localdate())
    )
    return _("The consent of %(clinic)s was recorded.") % {"clinic": clinic.name}
