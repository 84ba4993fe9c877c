"""Filters that refuse what they do not know.

A mistyped or empty filter must never widen a search: ``?MRN=4711`` answered with every patient would
put a result under the wrong name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import BooleanFilter, DjangoFilterBackend, IsoDateTimeFilter
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

PAGING = ("cursor", "page_size")


class MomentField(IsoDateTimeField):
    """A moment in any notation of ISO 8601, as its UTC: PostgreSQL takes no offset of sixteen hours or more."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment; one whose UTC lies beyond the calendar is the first or the last of it."""
        found: datetime | None = super().to_python(value)
        if found is None:
            return None
        try:
            return found.astimezone(UTC)
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC) if found.year == 1 else datetime.max.replace(tzinfo=UTC)


class MomentFilter(IsoDateTimeFilter):
    """Before or after a moment."""

    field_class = MomentField


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, answering 400 to unknown, repeated and empty query parameters."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """Check the query parameters' names, then filter."""
        filterset_class = self.get_filterset_class(view, queryset)
        filters = filterset_class.base_filters if filterset_class is not None else {}
        known = sorted(filters)
        errors: dict[str, list[str]] = {}
        for name, values in request.query_params.lists():
            if name not in known and name not in PAGING:
                errors[name] = [
                    _("There is no such filter. Known: %(known)s.") % {"known": ", ".join(known) or _("none")}
                ]
            elif len(values) > 1:
                errors[name] = [_("Give this filter once.")]
            elif not values[0].strip() and name not in PAGING:
                errors[name] = [_("This filter is empty.")]
            elif isinstance(filters.get(name), BooleanFilter) and values[0].lower() not in {"true", "false"}:
                # Taken for "either" without this.
                errors[name] = [_("Give true or false.")]
        if errors:
            raise exceptions.ValidationError(errors)
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found
