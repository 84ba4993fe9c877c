"""Cases of the caller: create, find, read, submit, cancel."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.api.audited_list import AuditedList
from cases.api.case_serializers import (
    CancelIn,
    CaseChange,
    CaseDetail,
    CaseIn,
    CaseOut,
    RejectionOut,
    SubmitIn,
    case_version,
)
from cases.api.image_serializers import ImageOut, SentBackOut
from cases.api.second_answers import allow_second_answer
from cases.api.visibility import results_of
from cases.cell_classes import BY_CODE
from cases.models import Case, CaseQuerySet, Cell, FieldReturn, Priority
from cases.selectors import visible_case
from cases.services.audit_trail import record_view
from cases.services.cases import cancel_case, create_case, submit_case, update_case
from cases.services.orders import open_case_of_order, overruled_by
from cases.states import CaseState
from hematovision.errors import Conflict
from hematovision.rest.base import NotCached
from hematovision.rest.etags import check_if_match, version_tag
from hematovision.rest.filters import MomentFilter
from hematovision.rest.idempotency import once
from hematovision.transactions import atomic_but_for_refusals

VIEWERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
WRITERS = frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})

DIFFERS = _("The order says something else. Leave these fields out, or change the order first.")

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    pattern=r"^[\x21-\x7e]{1,255}$",
    description="1 to 255 printable characters. The same key and request again get the same answer.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the case as you read it; 412 when it changed since.",
)


class CaseFilter(filters.FilterSet):
    """What a LIS looks a case up by."""

    state = filters.ChoiceFilter(choices=CaseState.choices)
    accession_number = filters.CharFilter(method="by_number", max_length=64)
    priority = filters.ChoiceFilter(choices=Priority.choices)
    patient = filters.UUIDFilter(field_name="patient_id")
    clinic = filters.CharFilter(field_name="clinic__slug", max_length=80)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    updated_after = MomentFilter(
        field_name="updated_at", lookup_expr="gte", help_text="Changed at or after: details, state or images."
    )

    class Meta:
        model = Case
        fields: ClassVar[list[str]] = []

    def by_number(self, cases: CaseQuerySet, _name: str, value: str) -> CaseQuerySet:
        """Narrow to exactly this number; the index over numbers in any case finds it."""
        return cases.with_accession_number(value).filter(accession_number=value)


def counts_of(case: Case, user: Any) -> dict[str, int]:
    """Return the number of cells per class code in the case, excluded ones left out.

    All codes are there, zeros too; empty where `user` may not see results.
    """
    rows = (
        Cell.objects.with_model_output_for(user)
        .filter(image__case=case)
        .counted()
        .order_by()
        .values_list("label")
        .annotate(number=Count("pk"))
    )
    found = dict(rows)
    return {code: found.get(code, 0) for code in BY_CODE}


def case_answer(case: Case, user: Any) -> tuple[dict[str, Any], str]:
    """Return the case as `user` sees it, and its entity tag."""
    images = list(case.images.counting().order_by("ordinal"))
    waiting = FieldReturn.objects.of_case(case).waiting().select_related("image")
    shown = results_of(case, user)
    body = {
        **CaseOut(case).data,
        "rejection": _rejection(case),
        "images": ImageOut(images, many=True).data,
        "sent_back": SentBackOut(waiting, many=True).data,
        **shown,
        "counts": counts_of(case, user) if shown["results_visible"] else {},
    }
    return body, case_tag(case, [image.sha256 for image in images])


def _rejection(case: Case) -> dict[str, Any] | None:
    return RejectionOut(case.rejection).data if case.state == CaseState.REJECTED else None


def case_tag(case: Case, image_hashes: list[str] | None = None) -> str:
    """Return the case's entity tag; the image hashes are read when not given."""
    if image_hashes is None:
        image_hashes = list(case.images.counting().order_by("ordinal").values_list("sha256", flat=True))
    return version_tag(case_version(case, image_hashes))


def case_response(case: Case, user: Any, *, status_code: int = status.HTTP_200_OK) -> Response:
    """Answer with the case and its ETag."""
    body, tag = case_answer(case, user)
    return Response(body, status=status_code, headers={"ETag": tag})


def visible_cases(user: Any) -> QuerySet[Case]:
    """Cases the caller may see, with what the answers name."""
    return Case.objects.visible_to(user).select_related("clinic", "laboratory", "order")


class CaseView(NotCached, APIView):
    """What all addresses below one case share."""

    permission_classes = (IsAuthenticated, ScopeRequired)

    def visible_case(self, pk: uuid.UUID) -> Case:
        """Return the case, or answer 404 as for an id that does not exist."""
        return visible_case(signed_in(self.request), pk)

    @contextmanager
    def unchanged_case(self, pk: uuid.UUID) -> Iterator[Case]:
        """Lock the case for a change; the version in `If-Match` is compared under the lock (412)."""
        with atomic_but_for_refusals():
            locked = Case.objects.select_for_update(of=("self",))
            case = visible_case(signed_in(self.request), pk, locked)
            check_if_match(self.request, case_tag(case))
            yield case


@extend_schema(tags=["cases"])
class CaseList(NotCached, AuditedList, generics.ListAPIView):
    """Cases the caller may see."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "cases:read", "POST": "cases:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "POST": WRITERS}
    serializer_class = CaseOut
    filterset_class = CaseFilter
    audited_type = "cases.case"
    queryset = Case.objects.none()

    def get_queryset(self) -> QuerySet[Case]:
        """Only cases the caller may see."""
        return visible_cases(self.request.user)

    @extend_schema(summary="Find cases")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return cases, newest first; each search is audited."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        summary="Create a case",
        request=CaseIn,
        responses={201: CaseDetail},
        parameters=[IDEMPOTENCY_KEY],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Create a draft case; send images to it, then submit it."""
        return once(request, self.create_one, self.allow_again)

    def create_one(self) -> Response:
        """Create the case and build the answer that is stored under the idempotency key."""
        given = CaseIn(data=self.request.data, context={"request": self.request})
        given.is_valid(raise_exception=True)
        made = self.open_one(dict(given.validated_data))
        case = visible_cases(self.request.user).get(pk=made.pk)
        response = case_response(case, self.request.user, status_code=status.HTTP_201_CREATED)
        response["Location"] = reverse("api:case", args=[case.pk], request=self.request)
        return response

    def allow_again(self, pk: uuid.UUID) -> None:
        """Allow the stored answer about a case, as reading the case would."""
        allow_second_answer(signed_in(self.request), visible_case(signed_in(self.request), pk))

    def open_one(self, given: dict[str, Any]) -> Case:
        """Open the case, for an order where one is named: then nothing may be said otherwise than there."""
        actor, order = signed_in(self.request), given.pop("order", None)
        if order is None:
            return create_case(actor=actor, **given)
        if wrong := overruled_by(order, given):
            raise Conflict(str(DIFFERS), code="differs_from_order", details={"fields": list(wrong)})
        for name in ("patient", "clinic"):
            given.pop(name, None)
        return open_case_of_order(actor=actor, order=order, **given).case


@extend_schema(tags=["cases"])
class CaseOne(CaseView):
    """One case."""

    required_scopes: ClassVar = {"GET": "cases:read", "PATCH": "cases:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "PATCH": WRITERS}

    @extend_schema(summary="Read a case", responses=CaseDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the case with its images and cell counts; the ETag is its version."""
        case = self.visible_case(pk)
        record_view(actor=signed_in(request), target=case)
        return case_response(case, request.user)

    @extend_schema(summary="Change a case", request=CaseChange, responses=CaseDetail, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Change what was said about the specimen, while nothing is signed."""
        self.visible_case(pk)
        given = CaseChange(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_case(pk) as case:
            update_case(actor=signed_in(request), case=case, **given.validated_data)
        return case_response(self.visible_case(pk), request.user)


@extend_schema(tags=["cases"])
class CaseSubmit(CaseView):
    """Hand the case to the laboratory."""

    required_scopes: ClassVar = {"POST": "cases:write"}
    allowed_roles: ClassVar = {"POST": WRITERS}

    @extend_schema(summary="Submit a case", request=SubmitIn, responses=CaseDetail, parameters=[IF_MATCH])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Submit a draft; images sent before are analysed already or from now on.

        409 `poor-fields` names in `images` the fields of poor quality that nobody has said to have seen, or that the laboratory
        refuses (`rule`).
        """
        self.visible_case(pk)
        given = SubmitIn(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_case(pk) as case:
            submit_case(actor=signed_in(request), case=case, **given.validated_data)
        return case_response(self.visible_case(pk), request.user)


@extend_schema(tags=["cases"])
class CaseCancel(CaseView):
    """Take back an order."""

    required_scopes: ClassVar = {"POST": "cases:write"}
    allowed_roles: ClassVar = {"POST": WRITERS}

    @extend_schema(summary="Cancel a case", request=CancelIn, responses=CaseDetail, parameters=[IF_MATCH])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Cancel a case that nobody has signed, with a reason."""
        self.visible_case(pk)
        given = CancelIn(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_case(pk) as case:
            cancel_case(actor=signed_in(request), case=case, reason=given.validated_data["reason"])
        return case_response(self.visible_case(pk), request.user)
