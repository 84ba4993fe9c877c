"""The feed of events: what happened since the event that was read last."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.services.audit_trail import record_list
from hematovision.errors import Unprocessable
from hematovision.rest.base import NotCached
from hematovision.rest.filters import MomentFilter
from integrations.api.serializers import FeedOut
from integrations.models import EventType, FeedEvent, FeedEventQuerySet
from integrations.selectors import position_of
from integrations.waiting import LONGEST_SECONDS, place_of, until_found

AT_MOST = 200


class FeedFilter(filters.FilterSet):
    """Where to begin, and how long to wait for something."""

    after = filters.UUIDFilter(method="following", help_text="`next` of the answer before.")
    created_after = MomentFilter(
        field_name="created_at", lookup_expr="gte", help_text="At or after: where to begin without an answer before."
    )
    type = filters.ChoiceFilter(choices=EventType.choices)
    wait = filters.NumberFilter(
        method="at_the_view",
        min_value=0,
        max_value=LONGEST_SECONDS,
        help_text="Seconds that the answer may be held back while there is nothing to say.",
    )

    class Meta:
        model = FeedEvent
        fields: ClassVar[list[str]] = []

    def following(self, events: FeedEventQuerySet, _name: str, value: uuid.UUID) -> FeedEventQuerySet:
        """Narrow to what comes after an event."""
        position = position_of(signed_in(self.request), value)
        if position is None:
            raise Unprocessable(_("There is no such event: give `next` of an answer you got."), code="unknown_event")
        return events.filter(position__gt=position)

    def at_the_view(self, events: FeedEventQuerySet, _name: str, _value: Any) -> FeedEventQuerySet:
        """Leave the waiting to the view."""
        return events


@extend_schema(tags=["events"])
class EventFeed(NotCached, generics.GenericAPIView):
    """What happened to the cases of the caller, in order and without a gap."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read"}
    allowed_roles: ClassVar = {"GET": frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})}
    serializer_class = FeedOut
    filterset_class = FeedFilter
    pagination_class = None
    queryset = FeedEvent.objects.none()

    def get_queryset(self) -> QuerySet[FeedEvent]:
        """Only events of cases the caller may open."""
        return FeedEvent.objects.visible_to(signed_in(self.request)).numbered().select_related("report")

    @extend_schema(summary="Follow what happens", responses=FeedOut, filters=True)
    def get(self, request: Request) -> Response:
        """Return at most 200 events, the oldest first, those after `after`; an answer with some is in the audit trail."""
        caller = signed_in(request)
        events = self._ask()
        seconds = float(request.query_params.get("wait", 0))
        if not events and seconds:
            with place_of(caller.pk):
                events = until_found(self._ask, seconds=seconds)
        if events:
            record_list(actor=caller, object_type=FeedEvent._meta.label_lower, count=len(events))
        following = str(events[-1].event_id) if events else request.query_params.get("after")
        return Response(FeedOut({"next": following, "results": events}).data)

    def _ask(self) -> list[FeedEvent]:
        return list(self.filter_queryset(self.get_queryset())[:AT_MOST])
