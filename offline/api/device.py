"""A browser asks for its key, for who is signed in, and has keys unwrapped that only the server can."""

from __future__ import annotations

from typing import Any, ClassVar

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from hematovision.rest.base import NotCached
from hematovision.rest.bodies import Empty
from offline.api.bodies import DiscardBody, UnwrapBody
from offline.permissions import may_keep
from offline.services.device_keys import make_device_key, note_discard, unwrap

KEEPERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})
_PEOPLE = KEEPERS | {Role.AUDITOR, Role.STUDENT}


class DeviceView(NotCached):
    """People in a browser alone: an API client keeps its work itself, so no scope opens any of this."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    allowed_roles: ClassVar = {"POST": KEEPERS}


@extend_schema(exclude=True)
class Person(DeviceView):
    """Who is signed in, for a page that was kept in the browser and knows nobody."""

    allowed_roles: ClassVar = {"GET": _PEOPLE}

    def get(self, request: Request) -> Response:
        """Say who it is, and give the token that forms are sent with."""
        user = signed_in(request)
        return Response(
            {
                "person": str(user.pk),
                "name": user.get_short_name(),
                "may_keep": may_keep(user),
                "may_discard": user.role == Role.ADMINISTRATOR,
                "token": get_token(request._request),  # noqa: SLF001 (the cookie is the request's)
            }
        )


@extend_schema(exclude=True)
class Devices(DeviceView):
    """Keys of devices."""

    throttle_scope = "device_key"

    def post(self, request: Request) -> Response:
        """Make the key pair of this browser; only its public half is answered, now or ever."""
        Empty(data=request.data or {}).is_valid(raise_exception=True)
        key = make_device_key(actor=signed_in(request), browser=request.headers.get("User-Agent", ""))
        return Response({"device": str(key.pk), "public_key": key.public_key}, status=status.HTTP_201_CREATED)


@extend_schema(exclude=True)
class Unwrap(DeviceView):
    """Keys of what was kept."""

    throttle_scope = "unwrap"

    def post(self, request: Request) -> Response:
        """Unwrap keys for who kept something under them, signed in again."""
        asked = _checked(UnwrapBody, request)
        return Response({"keys": unwrap(actor=signed_in(request), **asked)})


@extend_schema(exclude=True)
class Discard(DeviceView):
    """What was kept and is not sent."""

    def post(self, request: Request) -> Response:
        """Write down that it is discarded. The browser removes it after this was answered."""
        asked = _checked(DiscardBody, request)
        note_discard(actor=signed_in(request), owner_id=asked["person"], items=asked["items"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _checked(body: type[UnwrapBody | DiscardBody], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
