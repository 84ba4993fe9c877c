"""A page for everybody: is this report the one that stands? It needs no account and shows no patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from reports.canonical import sha256
from reports.forms import VerifyForm
from reports.providers import other_document
from reports.selectors.lookup import MOST_BYTES, Answer, Standing, hashes_in, look_up_file, look_up_hash
from reports.services.check_limit import asked_too_often

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@sensitive_post_parameters("hash")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a pasted hash or a file and answer with what became of that version."""
    if request.method != "POST":
        return render(request, "reports/verify.html", {"form": VerifyForm()})
    if asked_too_often(request):
        context = {"form": VerifyForm(), "error": _("Those were many questions. Try again in a minute.")}
        return render(request, "reports/verify.html", context, status=429)
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "reports/verify.html", {"form": form}, status=422)
    file = form.cleaned_data.get("file")
    if file is not None and file.size > MOST_BYTES:
        sentence = _("A report has less than %(size)s MB.") % {"size": MOST_BYTES // 1024**2}
        context = {"form": VerifyForm(), "error": sentence}
        return render(request, "reports/verify.html", context, status=413)
    content = file.read() if file is not None else None
    answer = look_up_file(content) if content is not None else look_up_hash(form.cleaned_data["hash"])
    if answer.standing == Standing.UNKNOWN:
        hashes = [sha256(content)] if content is not None else hashes_in(form.cleaned_data["hash"])
        if address := next(filter(None, map(other_document, hashes)), ""):
            return redirect(address)
    _record(request, answer)
    # What was pasted stays in its field: who mistyped it wants to see where.
    context = {"form": VerifyForm(), "answer": answer, "asked": form.cleaned_data["hash"]}
    return render(request, "reports/verify.html", context)


def _record(request: HttpRequest, answer: Answer) -> None:
    """Write which report was asked about; a question about nothing of ours leaves no event."""
    if answer.report is not None:
        record(
            actor=request.user,
            action=Action.VERIFY,
            target=answer.report,
            after={"standing": str(answer.standing), "version": answer.version},
            **scope_of(answer.report.case),
        )
