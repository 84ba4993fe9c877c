"""A reviewer's own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse

from accounts.requests import signed_in
from hematovision.rest.bodies import json_body
from review.services.key_maps import reset_keys, set_keys
from review.views.bodies import KeysBody
from review.views.endpoints import json_endpoint

if TYPE_CHECKING:
    from django.http import HttpRequest


@json_endpoint("PUT", "DELETE")
def keys(request: HttpRequest) -> JsonResponse:
    """Change the reviewer's keys, or go back to the default; answers with the whole map."""
    user = signed_in(request)
    if request.method == "DELETE":
        return JsonResponse({"keys": reset_keys(actor=user)})
    return JsonResponse({"keys": set_keys(actor=user, keys=json_body(request, KeysBody)["keys"])})
