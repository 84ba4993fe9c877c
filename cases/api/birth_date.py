"""A birth date in and out of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.partial_date import NO_SUCH_DATE, PartialDate
from cases.words import in_words

_IN_PART = {"type": "string", "pattern": r"^[12][0-9]{3}(-(0[1-9]|1[0-2]))?$"}
WRITTEN: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date"}, _IN_PART]}
"""What is known of a date, in the description of the API: the day, or month and year, or the year."""


@extend_schema_field(WRITTEN)
class BirthDate(serializers.Field):
    """`1961-03-05`; `1961-03` or `1961` where no more is known, null where nothing is."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_null", True)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> PartialDate:
        """Return the date as far as it is known."""
        if not isinstance(data, str) or not data:
            raise serializers.ValidationError(in_words(NO_SUCH_DATE))
        try:
            return PartialDate.parse(data)
        except ValueError as error:
            raise serializers.ValidationError(in_words(str(error))) from error

    def to_representation(self, value: PartialDate) -> str | None:
        """Write what is known."""
        return value.isoformat() or None
