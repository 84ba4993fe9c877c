"""The pages of help, and the search through them; open to everybody, since nothing in them is about anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods, require_safe

from guide.help_pages import OF_SLUG, in_order_for
from guide.help_search import find_help

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from guide.help_pages import HelpPage

_LONGEST_QUESTION = 200


@require_http_methods(["GET", "HEAD", "POST"])
def help_index(request: HttpRequest) -> HttpResponse:
    """Show all pages, those of the person's role first; or the pages that the search finds.

    What is searched for travels in the body, as in the search for cases: somebody will type a patient's name here.
    """
    own, others = in_order_for(_role_of(request))
    asked = request.POST.get("q", "").strip()[:_LONGEST_QUESTION]
    context: dict[str, Any] = {"own": own, "others": others, "asked": asked}
    if asked:
        context["found"] = find_help(asked)
    return render(request, "guide/help.html", context)


@require_safe
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one task."""
    page = OF_SLUG.get(slug)
    if page is None:
        raise Http404
    own, _ = in_order_for(_role_of(request))
    return render(
        request,
        "guide/help_page.html",
        {"page": page, "opens": _opens(page, request), "beside": [each for each in own if each != page]},
    )


def _role_of(request: HttpRequest) -> str:
    return str(getattr(request.user, "role", ""))


def _opens(page: HelpPage, request: HttpRequest) -> str:
    """The page of the product where the task is done, for whoever does it and where this installation has it."""
    if not page.opens or _role_of(request) not in page.roles:
        return ""
    try:
        resolve(page.opens)
    except Resolver404:
        return ""
    return page.opens
