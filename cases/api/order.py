"""Orders of the caller: place, find, read, change, cancel."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.requests import signed_in
from cases.api.audited_list import AuditedList
from cases.api.case import IDEMPOTENCY_KEY, VIEWERS, WRITERS
from cases.api.case_serializers import CancelIn
from cases.api.order_serializers import OrderChange, OrderDetail, OrderIn, OrderOut, order_tag
from cases.api.second_answers import allow_second_answer
from cases.models import Order, Priority
from cases.selectors import visible_order
from cases.services.audit_trail import record_view
from cases.services.orders import cancel_order, change_order, receive_order
from cases.services.transitions import lock_order
from cases.states import OrderState
from hematovision.rest.base import NotCached
from hematovision.rest.etags import check_if_match
from hematovision.rest.filters import MomentFilter
from hematovision.rest.idempotency import once
from hematovision.transactions import atomic_but_for_refusals

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the order as you read it; 412 when it changed since.",
)


class OrderFilter(filters.FilterSet):
    """What a LIS looks an order up by."""

    state = filters.ChoiceFilter(choices=OrderState.choices)
    placer_number = filters.CharFilter(max_length=64)
    placer_namespace = filters.CharFilter(max_length=64)
    accession_number = filters.CharFilter(field_name="case__accession_number", max_length=64)
    priority = filters.ChoiceFilter(choices=Priority.choices)
    patient = filters.UUIDFilter(field_name="patient_id")
    clinic = filters.CharFilter(field_name="clinic__slug", max_length=80)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    updated_after = MomentFilter(
        field_name="updated_at", lookup_expr="gte", help_text="Changed at or after: details or state."
    )

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []


class OrderView(NotCached, APIView):
    """What all addresses below one order share."""

    permission_classes = (IsAuthenticated, ScopeRequired)

    @contextmanager
    def unchanged_order(self, pk: uuid.UUID) -> Iterator[Order]:
        """Lock the order and its case for a change; the version in `If-Match` is compared under the lock (412)."""
        order = visible_order(signed_in(self.request), pk)
        with atomic_but_for_refusals():
            lock_order(order)
            check_if_match(self.request, order_tag(order))
            yield order

    def answer(self, pk: uuid.UUID) -> Response:
        """Answer with the order as it is now, and its ETag."""
        return order_response(visible_order(signed_in(self.request), pk))


def order_response(order: Order, *, status_code: int = status.HTTP_200_OK) -> Response:
    """Answer with the order and its ETag."""
    return Response(OrderDetail(order).data, status=status_code, headers={"ETag": order_tag(order)})


@extend_schema(tags=["orders"])
class OrderList(NotCached, AuditedList, generics.ListAPIView):
    """Orders the caller may see."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "orders:read", "POST": "orders:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "POST": WRITERS}
    serializer_class = OrderOut
    filterset_class = OrderFilter
    audited_type = "cases.order"
    queryset = Order.objects.none()

    def get_queryset(self) -> QuerySet[Order]:
        """Only orders the caller may see."""
        return Order.objects.visible_to(self.request.user).select_related("clinic", "laboratory", "case")

    @extend_schema(summary="Find orders")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return orders, newest first; each search is audited."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        summary="Place an order",
        request=OrderIn,
        responses={201: OrderDetail},
        parameters=[IDEMPOTENCY_KEY],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Place an order; it waits until somebody opens its case. A placer number twice is refused (409)."""
        return once(request, self.place_one, self.allow_again)

    def place_one(self) -> Response:
        """Place the order and build the answer that is stored under the idempotency key."""
        given = OrderIn(data=self.request.data, context={"request": self.request})
        given.is_valid(raise_exception=True)
        placed = receive_order(actor=signed_in(self.request), **given.validated_data)
        response = order_response(
            visible_order(signed_in(self.request), placed.pk), status_code=status.HTTP_201_CREATED
        )
        response["Location"] = reverse("api:order", args=[placed.pk], request=self.request)
        return response

    def allow_again(self, pk: uuid.UUID) -> None:
        """Allow the stored answer about an order, as reading the order would."""
        allow_second_answer(signed_in(self.request), visible_order(signed_in(self.request), pk))


@extend_schema(tags=["orders"])
class OrderOne(OrderView):
    """One order."""

    required_scopes: ClassVar = {"GET": "orders:read", "PATCH": "orders:write"}
    allowed_roles: ClassVar = {"GET": VIEWERS, "PATCH": WRITERS}

    @extend_schema(summary="Read an order", responses=OrderDetail)
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the order with its steps; the ETag is its version."""
        order = visible_order(signed_in(request), pk)
        record_view(actor=signed_in(request), target=order)
        return order_response(order)

    @extend_schema(summary="Change an order", request=OrderChange, responses=OrderDetail, parameters=[IF_MATCH])
    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Change what an order says; its case changes with it, until it is under review (409 `in_review`)."""
        visible_order(signed_in(request), pk)
        given = OrderChange(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_order(pk) as order:
            change_order(actor=signed_in(request), order=order, **given.validated_data)
        return self.answer(pk)


@extend_schema(tags=["orders"])
class OrderCancel(OrderView):
    """Take back an order."""

    required_scopes: ClassVar = {"POST": "orders:write"}
    allowed_roles: ClassVar = {"POST": WRITERS}

    @extend_schema(summary="Cancel an order", request=CancelIn, responses=OrderDetail, parameters=[IF_MATCH])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Cancel an order and the case that was opened for it, with a reason.

        While a pathologist has the case under review a client is refused (409 `in_review`): ask the laboratory.
        """
        visible_order(signed_in(request), pk)
        given = CancelIn(data=request.data)
        given.is_valid(raise_exception=True)
        with self.unchanged_order(pk) as order:
            cancel_order(actor=signed_in(request), order=order, reason=given.validated_data["reason"])
        return self.answer(pk)
