"""The page of one cell, and what people say on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from education.forms.discussion import CaptionForm, CommentForm
from education.presenters.cell import cell_context
from education.selectors.atlas import discussed_by
from education.services.discussion import add_comment, hide_comment, set_caption
from hematovision.errors import DomainError, NotFound, PermissionRefused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest
    from education.models import TeachingCell

_INVALID = 422


@login_required
@require_safe
def cell_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a cell with its class, its caption and the talk about it."""
    return render(request, "education/cell.html", cell_context(request.user, _seen(request, pk)))


@login_required
@require_POST
def comment(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Add to the talk about a cell."""
    cell, form = _seen(request, pk), CommentForm(request.POST)
    status = _INVALID
    if form.is_valid():
        try:
            made = add_comment(actor=request.user, cell=pk, text=form.cleaned_data["text"])
        except DomainError as error:
            form.refuse(error, field="text")
            status = error.status
        else:
            return redirect(f"{reverse('education:cell', args=[pk])}#comment-{made.pk}")
    return render(request, "education/cell.html", cell_context(request.user, cell, comment=form), status=status)


@login_required
@require_POST
def caption(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Put a caption and arrows over a cell."""
    cell, form = _seen(request, pk), CaptionForm(request.POST, auto_id="caption_%s")
    status = _INVALID
    if form.is_valid():
        try:
            set_caption(actor=request.user, cell=pk, text=form.cleaned_data["text"], arrows=form.arrows())
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("The caption is saved."))
            return redirect("education:cell", pk)
    return render(request, "education/cell.html", cell_context(request.user, cell, caption=form), status=status)


@login_required
@require_POST
def hide(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Take a comment out of sight."""
    try:
        hidden = hide_comment(actor=request.user, comment=pk)
    except NotFound as error:
        raise Http404 from error
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    messages.success(request, _("The comment is hidden. Teachers still read it."))
    return redirect("education:cell", hidden.cell_id)


def _seen(request: AuthenticatedRequest, pk: UUID) -> TeachingCell:
    found = discussed_by(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
