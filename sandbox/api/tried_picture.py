"""Trying a picture from a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.api_permissions import ScopeRequired
from accounts.models import User
from accounts.requests import signed_in
from accounts.scopes import TRY_WRITE
from hematovision.errors import NotFound
from hematovision.rest.base import NotCached
from hematovision.rest.parsers import CappedMultiPartParser
from sandbox.api.serializers import TryIn, TryOut
from sandbox.permissions import may_try
from sandbox.selectors import own_picture
from sandbox.services import receive_picture
from sandbox.services.downloads import NOT_FOR_CARE

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from sandbox.models import TriedPicture


class TryView(NotCached):
    """Who tries pictures over the API: people in their session, programs with the scope."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": TRY_WRITE, "POST": TRY_WRITE}

    @property
    def allowed_roles(self) -> dict[str, frozenset[str]]:
        """The roles whose session may: not uploaders while they wait for a signature, so asked anew each time."""
        user = self.request.user
        roles = frozenset({user.role} if isinstance(user, User) and may_try(user) else ())
        return {"GET": roles, "POST": roles}


@extend_schema(tags=["try"])
class TryList(TryView):
    """Where a picture is sent."""

    parser_classes = (CappedMultiPartParser,)
    throttle_scope = "upload"

    @extend_schema(
        summary="Try a picture", request={"multipart/form-data": TryIn}, responses={201: TryOut}, filters=False
    )
    def post(self, request: Request) -> Response:
        """Have the model analyse a picture that is part of no record; it and the answer are removed after 24 hours.

        Clinical images come first. At most 40 pictures in 24 hours (429).
        """
        if len(request.FILES.getlist("file")) > 1:
            raise exceptions.ValidationError({"file": [_("Send one file per request.")]})
        given = TryIn(data=request.data)
        given.is_valid(raise_exception=True)
        tried = receive_picture(
            actor=signed_in(request),
            upload=given.validated_data["file"],
            confirmed=given.validated_data["confirmed"],
            um_per_px=given.validated_data.get("um_per_px"),
        )
        address = reverse("api:tried_picture", args=[tried.pk], request=request)
        return Response(told(tried), status=status.HTTP_201_CREATED, headers={"Location": address})


@extend_schema(tags=["try"])
class TryOne(TryView):
    """One picture and its answer."""

    @extend_schema(summary="Read what came of it", responses=TryOut, filters=False)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the picture's state and, once it is done, the cells; the caller's own alone (404 otherwise)."""
        tried = own_picture({"owner": signed_in(request)}, pk)
        if tried is None:
            raise NotFound
        return Response(told(tried))


def told(tried: TriedPicture) -> dict[str, Any]:
    """The members of the answer. Who names the cells first on the page is told nothing here before."""
    result: dict[str, Any] = {} if tried.hides_answer else tried.result or {}
    quality = result.get("quality") or {}
    cells = [
        {
            "number": number,
            "why_unidentified": cell["why"],
            "most_probable": cell["best_label"],
            **{name: cell[name] for name in ("box", "label", "score", "probabilities")},
        }
        for number, cell in enumerate(result.get("cells", []), start=1)
    ]
    answer = {
        "id": tried.pk,
        "notice": NOT_FOR_CARE,
        "model": str(tried.model_version or ""),
        "quality": quality.get("verdict", ""),
        "advice": quality.get("reasons", []),
        "no_smear": quality.get("no_smear", ""),
        "um_per_px": result.get("um_per_px"),
        "scale_source": result.get("scale_source", ""),
        "counts": result.get("counts", {}),
        "cells": cells,
        **{name: getattr(tried, name) for name in ("state", "problem", "width", "height", "expires_at")},
    }
    return dict(TryOut(answer).data)
