"""A button of a field that looks like no smear: a pathologist says that it is one."""

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
from review.services.confirmed_smears import confirm_smear

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the field analysed as a smear and go back to its case."""
    image = visible_image(signed_in(request), pk)
    try:
        confirm_smear(actor=signed_in(request), image=image)
    except PermissionRefused as error:
        raise PermissionDenied(error.sentence) from error
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("Field %(number)s is analysed as a blood smear.") % {"number": image.ordinal})
    return redirect("workbench:case", image.case_id)
