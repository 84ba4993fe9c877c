"""Every stored prediction, for those who oversee the models."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permissions import ScopeRequired
from accounts.permissions import OVERSEERS
from cases.api.audited_list import AuditedList
from cases.cell_classes import LABEL_CHOICES, UNIDENTIFIED
from classifier.api.image_serializers import CLASS_CHOICES, BoxField
from classifier.models import ModelVersion, Prediction
from classifier.selectors import predictions_made_by, predictions_of_clinic, predictions_shown_to
from hematovision.rest.base import NotCached
from hematovision.rest.filters import MomentFilter


class PredictionOut(serializers.Serializer):
    """What one model said about one cell, and the cell's present label beside it."""

    id = serializers.UUIDField()
    case = serializers.UUIDField(source="cell.image.case_id")
    image = serializers.UUIDField(source="cell.image_id")
    cell = serializers.UUIDField(source="cell_id")
    box = BoxField(source="cell.box")
    model_version = serializers.UUIDField(source="model_version_id")
    model = serializers.CharField(source="model_version", help_text="Name and version of the model.")
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=CLASS_CHOICES,
        help_text="The most probable class, also where the model would not name it.",
    )
    score = serializers.FloatField(help_text="Calibrated probability of the label, 0 to 1.")
    probabilities = serializers.DictField(child=serializers.FloatField())
    identified = serializers.BooleanField(
        help_text="False: score under the class's threshold, or unlike the training data."
    )
    novelty = serializers.FloatField(allow_null=True)
    current_label = serializers.ChoiceField(source="cell.label", choices=LABEL_CHOICES, allow_blank=True)
    created_at = serializers.DateTimeField()


class PredictionFilter(filters.FilterSet):
    """What oversight asks: which case, model, class, how sure, since when."""

    case = filters.UUIDFilter(field_name="cell__image__case_id")
    image = filters.UUIDFilter(field_name="cell__image_id")
    model_version = filters.CharFilter(method="by_model", help_text="Id of the model version, or its version text.")
    label = filters.ChoiceFilter(
        choices=LABEL_CHOICES,
        method="by_label",
        help_text="A class code, or unidentified for cells the model would not name.",
    )
    identified = filters.BooleanFilter()
    score_lt = filters.NumberFilter(field_name="score", lookup_expr="lt", min_value=0, max_value=1)
    score_gte = filters.NumberFilter(field_name="score", lookup_expr="gte", min_value=0, max_value=1)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")
    clinic = filters.CharFilter(method="by_clinic")

    class Meta:
        model = Prediction
        fields: ClassVar[list[str]] = []

    def by_model(self, predictions: QuerySet[Prediction], _name: str, value: str) -> QuerySet[Prediction]:
        """Narrow to a model version, by its id or its version text."""
        try:
            wanted = ModelVersion.objects.filter(pk=uuid.UUID(value))
        except ValueError:
            wanted = ModelVersion.objects.filter(version=value)
        return predictions_made_by(predictions, wanted.only("pk"))

    def by_clinic(self, predictions: QuerySet[Prediction], _name: str, value: str) -> QuerySet[Prediction]:
        """Narrow to the cases of a clinic, by its slug."""
        return predictions_of_clinic(predictions, slug=value)

    def by_label(self, predictions: QuerySet[Prediction], _name: str, value: str) -> QuerySet[Prediction]:
        """Narrow to a most probable class, or to the cells the model would not name."""
        if value == UNIDENTIFIED:
            return predictions.filter(identified=False)
        return predictions.filter(label=value)


@extend_schema(tags=["predictions"])
class PredictionList(NotCached, AuditedList, generics.ListAPIView):
    """Predictions of the cases the caller oversees."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"GET": "predictions:read"}
    allowed_roles: ClassVar = {"GET": OVERSEERS}
    serializer_class = PredictionOut
    filterset_class = PredictionFilter
    audited_type = "classifier.prediction"
    queryset = Prediction.objects.none()

    def get_queryset(self) -> QuerySet[Prediction]:
        """Only predictions of cases the caller may see; the few model versions are fetched apart."""
        found = predictions_shown_to(self.request.user)
        return found.select_related("cell__image").prefetch_related("model_version")

    @extend_schema(summary="Search predictions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return predictions, newest first (administrators, auditors, clients with predictions:read)."""
        return self.list(request, *args, **kwargs)
