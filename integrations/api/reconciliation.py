"""Reconciliation through the API: what became of the signed versions, and the receiver's own list compared with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import IO, Any, ClassVar, cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permissions import ScopeRequired
from accounts.permissions import OVERSEERS
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.rest.base import NotCached
from integrations.models import Connection
from integrations.received_lists import MOST_BYTES, Difference, compare, read_list, told_to
from integrations.reconciliation import FATES, MOST_DAYS, Period, days_of

DIFFERENCES = [(kind.value, kind.value) for kind in Difference]


class ListParser(BaseParser):
    """CSV as it came: `read_list` says what is wrong with it."""

    media_type = "text/csv"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> dict[str, bytes]:
        """Return the bytes as `list`, one more than are taken at most."""
        return {"list": stream.read(MOST_BYTES + 1)}


class PeriodIn(serializers.Serializer):
    """Days of which the first and the last count."""

    first = serializers.DateField(help_text="The first day (UTC) on which versions were signed.")
    last = serializers.DateField(help_text="The last day.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse days in the wrong order, and more than a quarter at once."""
        if attrs["last"] < attrs["first"]:
            raise serializers.ValidationError({"last": [_("The last day comes before the first.")]})
        if attrs["last"] - attrs["first"] >= dt.timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                {"first": [_("At most %(days)s days are asked for at once.") % {"days": MOST_DAYS}]}
            )
        if attrs["last"] > timezone.now().date():
            raise serializers.ValidationError({"last": [_("This day has not come yet.")]})
        return attrs


class DayOut(serializers.Serializer):
    """The versions signed on a day, by what became of them."""

    day = serializers.DateField()
    signed = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Neither acknowledged nor handled by a person.")
    fates = serializers.DictField(
        child=serializers.IntegerField(), help_text=f"How many of each: {', '.join(FATES)}. Absent ones are none."
    )


class DaysOut(serializers.Serializer):
    """Every day of the period, the newest first."""

    connection = serializers.UUIDField()
    results = DayOut(many=True)


class FindingOut(serializers.Serializer):
    """One case about which the two sides differ."""

    kind = serializers.ChoiceField(choices=DIFFERENCES)
    accession_number = serializers.CharField()
    version_here = serializers.IntegerField(help_text="The newest that was acknowledged; 0 for none.")
    version_there = serializers.IntegerField(help_text="The newest on the list; 0 for none.")


class ComparisonOut(serializers.Serializer):
    """What came of a list. Without findings both sides have the same."""

    lines = serializers.IntegerField(help_text="Accession numbers on the list.")
    owed = serializers.IntegerField(help_text="Versions signed in the period that the receiver is owed.")
    findings = FindingOut(many=True)


_PARAMETERS = [
    OpenApiParameter("first", OpenApiTypes.DATE, required=True, description="The first day (UTC) of signatures."),
    OpenApiParameter("last", OpenApiTypes.DATE, required=True, description="The last day, which counts too."),
]


@extend_schema(tags=["reconciliation"], parameters=_PARAMETERS)
class Reconciliation(NotCached, generics.GenericAPIView):
    """What became of every signed version at one receiver."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "reports:read", "POST": "reports:read"}
    allowed_roles: ClassVar = {"GET": OVERSEERS, "POST": OVERSEERS}
    serializer_class = DaysOut
    parser_classes = (ListParser,)
    pagination_class = None
    # A list is up to hundreds of look-ups.
    throttle_scope = "fhir_search"
    filter_backends = ()
    queryset = Connection.objects.none()

    def get_queryset(self) -> QuerySet[Connection]:
        """Only those of the laboratory of the caller."""
        return Connection.objects.reconciled_by(signed_in(self.request))

    @extend_schema(summary="Count what arrived, day by day", responses=DaysOut, filters=False)
    def get(self, request: Request, **_: Any) -> Response:
        """Return for each day how many versions were signed and what became of them."""
        connection, period = self._asked(request)
        record(actor=signed_in(request), action=Action.VIEW, target=connection)
        return Response(DaysOut({"connection": connection.pk, "results": days_of(connection, period)}).data)

    @extend_schema(
        summary="Compare a list of what was received",
        request={"text/csv": OpenApiTypes.BINARY},
        responses=ComparisonOut,
        filters=False,
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Compare CSV with the columns accession, version and received_at; nothing of it is kept."""
        connection, period = self._asked(request)
        found = compare(connection, period, read_list(cast("dict[str, bytes]", request.data)["list"]))
        found = replace(found, findings=told_to(signed_in(request), connection, found.findings))
        record(
            actor=signed_in(request),
            action=Action.VERIFY,
            target=connection,
            after={"lines": found.lines, "owed": found.owed, "findings": len(found.findings)},
        )
        return Response(ComparisonOut(found).data)

    def _asked(self, request: Request) -> tuple[Connection, Period]:
        connection: Connection = self.get_object()
        asked = PeriodIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return connection, Period(asked.validated_data["first"], asked.validated_data["last"])
