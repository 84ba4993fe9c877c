"""Events of the feed as JSON."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from integrations.models import EventType, FeedEvent


class FeedEventOut(serializers.ModelSerializer):
    """What happened, by ids, versions and times: never a name, a number of a patient or a result."""

    id = serializers.UUIDField(source="event_id", help_text="The same whenever it is read.")
    type = serializers.ChoiceField(choices=EventType.choices)
    version = serializers.IntegerField(
        source="report.version", default=None, allow_null=True, help_text="Of the report; null where it tells of none."
    )

    class Meta:
        model = FeedEvent
        fields: ClassVar[list[str]] = [
            "id", "type", "created_at", "laboratory", "clinic", "order", "case", "patient", "image", "report", "version",
        ]  # fmt: skip
        read_only_fields = fields


class FeedOut(serializers.Serializer):
    """A part of the feed."""

    next = serializers.CharField(
        allow_null=True,
        help_text="Give it as `after` the next time. It is null while nothing has happened yet: ask again without `after`.",
    )
    results = FeedEventOut(many=True)
