"""One student as the teachers of their laboratory see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import signed_in
from education.presenters.student import student_context
from education.selectors.student_groups import student_of
from education.views.teachers import teachers_only

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@never_cache
@teachers_only
@require_safe
def student(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a student knows, and the sets they answered."""
    found = student_of(signed_in(request), pk)
    if found is None:
        raise Http404
    return render(request, "education/student.html", student_context(*found))
