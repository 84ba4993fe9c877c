"""A birth date in and out of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.partial_date import NO_SUCH_DATE, PartialDate

WRITTEN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


@extend_schema_field({"type": "string", "nullable": True, "pattern": WRITTEN})
class BirthDate(serializers.Field):
    """`1961-03-05`; `1961-03` or `1961` where no more is known, null where nothing is."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_null", not options.get("read_only", False))
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> PartialDate:
        """Return the date as far as it is known."""
        if not isinstance(data, str) or not data:
            raise serializers.ValidationError(NO_SUCH_DATE)
        try:
            return PartialDate.parse(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: PartialDate) -> str | None:
        """Write what is known."""
        return value.isoformat() or None
