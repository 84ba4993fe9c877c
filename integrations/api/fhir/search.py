"""Searches: known parameters only, pages by `next`, every one in the audit trail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from cases.services.audit_trail import record_list, record_search
from hematovision.rest.pagination import NewestFirst
from integrations.api.fhir.params import Param
from integrations.api.fhir.view import FHIR_JSON, FhirView
from integrations.fhir.bundle import searchset

_CONTROL = frozenset({"_count", "_cursor", "_format", "_include", "_sort"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_REPEATS = 10


class Pages(NewestFirst):
    """Pages of a search: 20 resources unless `_count` says otherwise, 100 at most."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "_count"
    cursor_query_param = "_cursor"

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has; what is no number of rows is a mistake (400)."""
        asked = request.query_params.get("_count", str(self.page_size))
        if not _NUMBER.fullmatch(asked) or not int(asked):
            raise ValidationError({"_count": ["Give a whole number of resources, 1 or more."]})
        return min(int(asked), self.max_page_size)


@dataclass
class Found:
    """What a page of rows became: resources, those included with them, sentences about what is not handed out."""

    matches: list[dict[str, Any]] = field(default_factory=list)
    included: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class FhirSearch(FhirView):
    """A search. `ordering` is of rows, `updated` the column of `_sort=_lastUpdated` where there is one.

    `with_history`, `operations` and `changes` say what else there is for the resource.
    """

    params: ClassVar[dict[str, Param]]
    includes: ClassVar[frozenset[str]] = frozenset()
    ordering: ClassVar[tuple[str, ...]] = ("created_at", "id")
    updated: ClassVar[str] = ""
    audited_type: ClassVar[str]
    pages: ClassVar[type[Pages]] = Pages
    # Each parameter is up to a thousand look-ups.
    throttle_scope = "fhir_search"
    with_history: ClassVar[bool] = False
    operations: ClassVar[tuple[str, ...]] = ()
    changes: ClassVar[tuple[str, ...]] = ()

    def rows(self) -> Any:
        """Return the rows that the caller may see."""
        raise NotImplementedError

    def found(self, rows: list[Any], wanted: set[str]) -> Found:
        """Return what a page of rows becomes; `wanted` are the `_include`s."""
        raise NotImplementedError

    def get(self, request: Request) -> Response:
        """Return a page as a Bundle of type searchset."""
        self._refuse_unknown(request)
        rows = self.rows()
        terms = [name for name in request.query_params if name in self.params]
        for name in terms:
            for value in request.query_params.getlist(name):
                rows = self._narrowed(rows, name, value)
        pages = self.pages()
        pages.ordering = self._order(request)  # type: ignore[assignment]
        page: list[Any] = pages.paginate_queryset(rows, request, view=self) or []
        found = self.found(list(page), set(request.query_params.getlist("_include")))
        if terms:
            record_search(actor=self.caller, object_type=self.audited_type, terms=terms, found=len(page))
        else:
            record_list(actor=self.caller, object_type=self.audited_type, count=len(page))
        body = searchset(
            self.base,
            found.matches,
            included=found.included,
            problems=found.problems,
            itself=request.build_absolute_uri(),
            following=pages.get_next_link(),
        )
        return Response(body, content_type=FHIR_JSON)

    def _narrowed(self, rows: Any, name: str, value: str) -> Any:
        if not value.strip():
            raise ValidationError({name: ["This parameter is empty."]})
        if "\x00" in value:
            # PostgreSQL keeps none, and would fail where it should find nothing.
            raise ValidationError({name: ["Null characters are not allowed."]})
        try:
            return self.params[name].narrow(rows, value.strip())
        except ValidationError as error:
            raise ValidationError({name: error.detail}) from error

    def _refuse_unknown(self, request: Request) -> None:
        """Refuse what would be left out of account: the answer would be wider than what was asked for."""
        lenient = "handling=lenient" in request.headers.get("Prefer", "").replace(" ", "")
        known = ", ".join(sorted(self.params))
        errors: dict[str, list[str]] = {}
        for name, values in request.query_params.lists():
            if name not in self.params and name not in _CONTROL and not lenient:
                errors[name] = [f"There is no such search parameter here. Known: {known}."]
            elif name in _CONTROL - {"_include"} and len(values) > 1:
                errors[name] = ["Give this parameter once."]
            elif len(values) > _MOST_REPEATS:
                errors[name] = [f"Give this parameter {_MOST_REPEATS} times at most."]
        strange = set(request.query_params.getlist("_include")) - self.includes
        if strange and not lenient:
            errors["_include"] = [f"Known: {', '.join(sorted(self.includes)) or 'none'}."]
        if errors:
            raise ValidationError(errors)

    def _order(self, request: Request) -> tuple[str, ...]:
        asked = request.query_params.get("_sort")
        if asked is None:
            return self.ordering
        if not self.updated or asked.removeprefix("-") != "_lastUpdated":
            raise ValidationError(
                {"_sort": ["Known: _lastUpdated, -_lastUpdated." if self.updated else "Known: none."]}
            )
        sign = "-" if asked.startswith("-") else ""
        return (f"{sign}{self.updated}", f"{sign}id")
