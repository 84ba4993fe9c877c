"""The page on which a picture is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.middleware import client_ip
from cases.conf import upload_max_bytes
from hematovision.errors import DomainError, Unprocessable
from sandbox import conf
from sandbox.forms import TryForm
from sandbox.models import TriedPicture
from sandbox.permissions import own_conditions, remember_own
from sandbox.presenters import sent_pictures
from sandbox.selectors import own_pictures
from sandbox.services import receive_picture
from sandbox.services.limits import digest_of
from sandbox.views.page import for_those_who_may_try

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse


@never_cache
@for_those_who_may_try
@require_http_methods(["GET", "HEAD", "POST"])
def try_pictures(request: HttpRequest) -> HttpResponse:
    """Show the form and what was tried in the last 24 hours; POST takes pictures.

    One picture leads to its page, several to the list. A script that asks for JSON is told the address, or what is wrong.
    """
    if request.method != "POST":
        return _page(request, TryForm())
    form = TryForm(request.POST)
    files: list[UploadedFile] = [*request.FILES.getlist("pictures"), *request.FILES.getlist("photo")]
    refusals: list[dict[str, Any]] = []
    taken: list[TriedPicture] = []
    if not form.is_valid():
        refusals.append({"name": "", "sentence": _("The scale is a number, like 0.1."), "status": 422})
    elif not files:
        refusals.append({"name": "", "sentence": _("Choose a picture first."), "status": 422})
    elif len(files) > conf.MOST_AT_ONCE:
        most = _("At most %(most)s pictures are sent at once.") % {"most": conf.MOST_AT_ONCE}
        refusals.append({"name": "", "sentence": most, "status": 422})
    else:
        taken, refusals = _take(request, form, files)
    return _told(request, form, taken, refusals)


def _take(
    request: HttpRequest, form: TryForm, files: list[UploadedFile]
) -> tuple[list[TriedPicture], list[dict[str, Any]]]:
    """Take each file, or note why not; what is refused for the whole form is said once."""
    taken: list[TriedPicture] = []
    refusals: list[dict[str, Any]] = []
    for file in files:
        try:
            tried = receive_picture(
                actor=request.user,
                upload=file,
                address_digest=digest_of(client_ip(request) or ""),
                **form.cleaned_data,
            )
        except DomainError as error:
            is_of_all = isinstance(error, Unprocessable) and error.code in {"not_confirmed", "scale"}
            name = "" if is_of_all else file.name
            refusals.append({"name": name, "sentence": error.sentence, "status": error.status})
            if is_of_all or error.status == 429:
                break
        else:
            taken.append(tried)
    remember_own(request, [str(tried.pk) for tried in taken])
    return taken, refusals


def _told(
    request: HttpRequest, form: TryForm, taken: list[TriedPicture], refusals: list[dict[str, Any]]
) -> HttpResponse:
    address = reverse("sandbox:result", args=[taken[0].pk]) if len(taken) == 1 else f"{reverse('sandbox:try')}#yours"
    is_script = "application/json" in request.headers.get("Accept", "")
    if refusals:
        if is_script:
            said = [{"name": each["name"], "sentence": each["sentence"]} for each in refusals]
            return JsonResponse({"refusals": said, "taken": len(taken)}, status=refusals[0]["status"])
        return _page(request, form, refusals=refusals, status=refusals[0]["status"])
    if len(taken) > 1:
        told = ngettext("%(number)s picture was sent.", "%(number)s pictures were sent.", len(taken))
        messages.success(request, told % {"number": len(taken)})
    return JsonResponse({"address": address}) if is_script else redirect(address)


def _page(
    request: HttpRequest, form: TryForm, *, refusals: list[dict[str, Any]] | None = None, status: int = 200
) -> HttpResponse:
    pictures = list(own_pictures(own_conditions(request)))
    context = {
        "form": form,
        "refusals": refusals or [],
        "sent": sent_pictures(pictures),
        "is_waiting": any(tried.is_under_way for tried in pictures),
        "max_bytes": upload_max_bytes(),
        "most": conf.DAILY_PICTURES_OF_VISITORS if request.user.is_anonymous else conf.DAILY_PICTURES,
    }
    return render(request, "sandbox/try.html", context, status=status)
