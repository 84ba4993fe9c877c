"""The console: what a message would do and which answer it would get, with nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from hematovision.errors import DomainError
from integrations.forms.console import ConsoleForm
from integrations.hl7.anatomy import segments_of, text_of
from integrations.services.trying import try_message
from integrations.views.reach import require_keeper

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def console(request: HttpRequest) -> HttpResponse:
    """Ask for a message, and show what it says and would do."""
    user = signed_in(request)
    require_keeper(user)
    form = ConsoleForm(request.POST if request.method == "POST" else None, user=user)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                tried = try_message(
                    actor=user, connection=form.cleaned_data["connection"], text=form.cleaned_data["text"]
                )
            except DomainError as error:
                form.refuse(error, field="text")
                status = error.status
            else:
                status = 200
                context |= {
                    "tried": tried,
                    "answer": text_of(tried.answer).replace("\r", "\n"),
                    "segments": segments_of(tried.content),
                }
    return render(request, "integrations/console.html", context, status=status)
