"""Keeps a blind reader from what they must not know: the rest of the case, wherever it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import JsonResponse
from django.shortcuts import render

from accounts.models import Role, User
from audit.families import records_of
from consult.models import SecondOpinion

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

# Pictures without a word about them. A thumbnail or a field shows cells, never labels.
_PICTURES = frozenset({"cases:image_display", "cases:image_thumbnail", "cases:cell_crop"})
# Lists whose rows are labels of many cases.
_LISTS_OF_LABELS = frozenset({"api:predictions"})
_SENTENCE = "You are reading this case blind. Answer or decline first; then everything about it is open to you again."


class BlindReading:
    """While a pathologist owes a blind reading, answers with 403 whatever else is asked about that case.

    The pages themselves cannot know of it: the apps below do not know this one. So the wall stands before them all,
    and what is not known to be harmless does not pass.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through to the views."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Answer in the view's place where the request is about a case this person reads blind."""
        user = request.user
        if not isinstance(user, User) or user.role != Role.PATHOLOGIST or request.resolver_match is None:
            return None
        route = request.resolver_match.view_name
        ids = {value for value in named.values() if isinstance(value, UUID)}
        if route in _PICTURES or not (ids or route in _LISTS_OF_LABELS):
            return None
        owed = list(SecondOpinion.objects.being_read_blind_by(user).only("pk", "case_id"))
        if not owed:
            return None
        if ids & {opinion.pk for opinion in owed}:
            return None
        opinion = owed[0] if route in _LISTS_OF_LABELS else _about(ids, owed)
        return None if opinion is None else _refusal(request, opinion)


def _about(ids: set[UUID], owed: list[SecondOpinion]) -> SecondOpinion | None:
    """Return the blind reading whose case the ids of an address belong to, if there is one."""
    asked = {str(pk) for pk in ids}
    for opinion in owed:
        if any(asked.intersection(found) for found in records_of(opinion.case_id).values()):
            return opinion
    return None


def _refusal(request: HttpRequest, opinion: SecondOpinion) -> HttpResponseBase:
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(
            {"title": "Forbidden", "status": 403, "detail": _SENTENCE, "code": "blind"},
            status=403,
            content_type="application/problem+json",
        )
    return render(request, "consult/blind.html", {"opinion": opinion}, status=403)
