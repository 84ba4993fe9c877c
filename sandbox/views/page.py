"""Who is let in, and which picture is asked for."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404

from sandbox.permissions import may_try, own_conditions, why_not
from sandbox.selectors import own_picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponseBase

    from sandbox.models import TriedPicture

_Rest = ParamSpec("_Rest")


def for_those_who_may_try(
    view: Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Let those in who may try pictures, visitors too where the installation lets them; else strangers go to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if may_try(request.user):
            return view(request, *args, **kwargs)
        if request.user.is_anonymous:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied(why_not(request.user))

    return guarded


def picture_or_404(request: HttpRequest, pk: UUID) -> TriedPicture:
    """The caller's own picture; anybody else's, and one whose day is over, is 404."""
    tried = own_picture(own_conditions(request), pk)
    if tried is None:
        raise Http404
    return tried


def cell_or_404(request: HttpRequest, pk: UUID, number: int) -> TriedPicture:
    """The caller's own picture, if it has a cell of this number and its answer may be seen."""
    tried = picture_or_404(request, pk)
    if not 1 <= number <= len(tried.cells) or tried.hides_answer:
        raise Http404
    return tried
