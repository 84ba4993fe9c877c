"""Who opens the pages of teachers, and how they are refused."""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404

from accounts.requests import signed_in
from education.permissions import may_teach
from hematovision.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse

_Rest = ParamSpec("_Rest")


def teachers_only(
    view: Callable[Concatenate[HttpRequest, _Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponse]:
    """Let those through who teach, send strangers to sign in; to everybody else there is no such page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if not may_teach(signed_in(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@contextmanager
def found() -> Iterator[None]:
    """Turn a record that is not there for the person into a page that is not there."""
    try:
        yield
    except NotFound as error:
        raise Http404 from error
