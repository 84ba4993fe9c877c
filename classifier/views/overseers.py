"""Who oversees the machine."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from accounts.models import Role
from accounts.requests import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_Rest = ParamSpec("_Rest")


def overseers_only(
    view: Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Let administrators and auditors through, send strangers to sign in, and refuse everybody else."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if signed_in(request).role not in OVERSEERS:
            raise PermissionDenied("Oversight is for administrators and auditors of a laboratory.")
        return view(request, *args, **kwargs)

    return guarded
