"""Receiving smear images from the plain form. The page's script sends them in pieces (docs/adr/0060)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.models import Case
from cases.selectors import chosen_microscope, visible_case, visible_image
from cases.services.images import receive_image
from hematovision.camera import uses_camera
from hematovision.errors import DomainError, NotFound, Unprocessable
from hematovision.forms import uuid_or_none
from workbench.forms import NOT_NAMED, id_of
from workbench.views.case import show_case

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from accounts.requests import AuthenticatedRequest


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, and why."""

    name: str
    sentence: str


@uses_camera
@login_required
@require_POST
def add_images(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Take the files of a case from a plain form; who asks for no page sends one file and reads JSON."""
    case = visible_case(request.user, pk)
    uploads = request.FILES.getlist("files")
    if request.accepts("text/html"):
        return _take_all(request, case, uploads)
    if len(uploads) != 1:
        return JsonResponse({"sentence": _("Send one file a request.")}, status=400)
    try:
        image, created = receive_image(actor=request.user, case=case, upload=uploads[0], **_said(request, case))
    except DomainError as error:
        return JsonResponse({"sentence": error.sentence, "code": error.code}, status=error.status)
    if created:
        taken_with = _("Received. Taken with %(microscope)s.")
        sentence = taken_with % {"microscope": image.microscope.name} if image.microscope else _("Received.")
    else:
        sentence = _("Already here as field %(number)s: the same file is kept once.") % {"number": image.ordinal}
    return JsonResponse(
        {"id": str(image.pk), "ordinal": image.ordinal, "created": created, "sentence": sentence},
        status=201 if created else 200,
    )


def _said(request: AuthenticatedRequest, case: Case) -> dict[str, Any]:
    """What the form says of the files: the microscope, and the field of the case that the one file replaces."""
    said = _taken_with(request, case)
    if typed := request.POST.get("replaces", ""):
        if len(request.FILES.getlist("files")) > 1:
            raise Unprocessable(_("One picture takes the place of a field. Choose one file."), code="one_file")
        said["replaces"] = visible_image(request.user, _field(typed))
    return said


def _field(typed: str) -> UUID:
    if (pk := uuid_or_none(typed)) is None:
        raise NotFound
    return pk


def _taken_with(request: AuthenticatedRequest, case: Case) -> dict[str, Any]:
    """What the form says of the microscope: one that was chosen, not to be named, or to be found."""
    typed = request.POST.get("microscope", "")
    if typed in {"", NOT_NAMED}:
        return {"automatic": typed != NOT_NAMED}
    return {"microscope": chosen_microscope(case, id_of(typed))}


def _take_all(request: AuthenticatedRequest, case: Case, uploads: list[UploadedFile]) -> HttpResponse:
    """Take every file that can be taken; the page names those that could not, each with its sentence."""
    refusals = []
    received = 0
    for upload in uploads:
        try:
            receive_image(actor=request.user, case=case, upload=upload, **_said(request, case))
        except DomainError as error:
            refusals.append(Refusal(upload.name or _("A file without a name"), error.sentence))
        else:
            received += 1
    if not uploads:
        refusals.append(Refusal(_("No file"), _("Choose one or more images first.")))
    if refusals:
        return show_case(request, case, status=422, refusals=refusals)
    done = ngettext("%(count)s image received.", "%(count)s images received.", received)
    messages.success(request, done % {"count": received})
    return redirect("workbench:case", case.pk)
