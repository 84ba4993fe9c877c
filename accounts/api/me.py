"""Who asks: the client or person, the organisation, the scopes and the clinics that may be named."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation, OrganisationKind, Role, User
from accounts.permissions import acts_for_clinics, scopes_of
from accounts.requests import signed_in
from accounts.scopes import SCOPES
from hematovision.rest.base import NotCached


class PlaceOut(serializers.Serializer):
    """A clinic or laboratory."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)


class MeOut(serializers.Serializer):
    """The caller and what they may do."""

    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices, help_text="service for an API client.")
    organisation = PlaceOut(allow_null=True)
    laboratory = PlaceOut(allow_null=True, help_text="The organisation itself, or the one it refers to.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SCOPES.items())), help_text="What the token allows now."
    )
    clinics = PlaceOut(
        many=True, help_text="Which `clinic` a client of a laboratory may name; empty for everybody who names none."
    )


class Me(NotCached):
    """The caller."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(tags=["caller"], summary="Read who asks", responses=MeOut)
    def get(self, request: Request) -> Response:
        """Return the caller, their organisation, scopes and clinics: a first call that shows that a client works."""
        user = signed_in(request)
        found: dict[str, Any] = {
            "name": str(user),
            "role": user.role,
            "organisation": user.organisation,
            "laboratory": user.laboratory,
            "scopes": sorted(scopes_of(user)),
            "clinics": clinics_of(user),
        }
        return Response(MeOut(found).data)


def clinics_of(user: User) -> QuerySet[Organisation]:
    """Return the clinics that `user` may enter records for by naming them."""
    if not acts_for_clinics(user):
        return Organisation.objects.none()
    return Organisation.objects.filter(refers_to=user.organisation_id, is_active=True).order_by("slug")
