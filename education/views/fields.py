"""Whole fields that are taught: the list, and one with its boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from education.models import TeachingField
from education.presenters.fields import field_context, fields_context

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def fields(request: AuthenticatedRequest) -> HttpResponse:
    """List the open fields."""
    return render(request, "education/fields.html", fields_context(request.user, request.GET.get("page")))


@login_required
@require_safe
def field_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one open field, large, with the boxes of its cells."""
    field = get_object_or_404(TeachingField.objects.visible_to(request.user), pk=pk)
    return render(request, "education/field.html", field_context(request.user, field))
