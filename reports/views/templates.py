"""The texts a laboratory uses again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from cases.services.audit_trail import record_list, record_view
from hematovision.errors import DomainError
from reports.forms import TemplateForm
from reports.models import ReportTemplate
from reports.services.templates import create_template, may_write_templates, update_template

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest

_VIEWERS = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: AuthenticatedRequest) -> HttpResponse:
    """List the laboratory's texts, and add one."""
    user = request.user
    if user.role not in _VIEWERS or user.organisation is None:
        raise PermissionDenied(_("Texts for reports are for the people of a laboratory."))
    found = list(ReportTemplate.objects.visible_to(user))
    form = TemplateForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if not may_write_templates(user):
            raise PermissionDenied(_("Your role does not write templates."))
        if form.is_valid():
            given = form.cleaned_data
            try:
                create_template(actor=user, part=given["part"], title=given["title"], text=given["text"])
            except DomainError as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                messages.success(request, _("“%(title)s” was added.") % {"title": given["title"]})
                return redirect("reports:templates")
    else:
        record_list(actor=user, object_type="reports.reporttemplate", count=len(found))
    context = {"texts": found, "form": form, "may_write": may_write_templates(user)}
    return render(request, "reports/templates.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Change one text, or take it out of use."""
    found = get_object_or_404(ReportTemplate.objects.visible_to(request.user), pk=pk)
    if not may_write_templates(request.user):
        raise PermissionDenied(_("Your role does not write templates."))
    form = TemplateForm(request.POST or None, instance=ReportTemplate.objects.get(pk=found.pk))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                update_template(actor=request.user, template=found, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, error.sentence)
                status = error.status
            else:
                messages.success(request, _("“%(title)s” was saved.") % {"title": found.title})
                return redirect("reports:templates")
    else:
        record_view(actor=request.user, target=found)
    return render(request, "reports/template.html", {"text": found, "form": form}, status=status)
