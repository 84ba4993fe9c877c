"""Trying a failed image again from the page of its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import signed_in
from cases.selectors import visible_image
from hematovision.errors import DomainError, PermissionRefused
from review.services.reanalysis import retry_image

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a failed image back in the queue and go back to its case."""
    image = visible_image(signed_in(request), pk)
    try:
        retry_image(actor=signed_in(request), image=image)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Image %(number)s is being analysed again.") % {"number": image.ordinal})
    return redirect("workbench:case", image.case_id)
