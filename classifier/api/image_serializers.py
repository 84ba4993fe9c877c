"""An image in the API with what the models found in it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.image_serializers import ImageOut
from cases.cell_classes import CELL_CLASSES, LABEL_CHOICES
from cases.models import Cell, LabelSource
from classifier.models import AnalysisState, Prediction
from classifier.standing import Standing

CLASS_CHOICES = [(item.code, item.label) for item in CELL_CLASSES]
VERDICTS = [("good", "Good"), ("acceptable", "Acceptable"), ("poor", "Poor")]


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "minItems": 4,
        "maxItems": 4,
        "description": "[x, y, width, height] in pixels of the upright image.",
    }
)
class BoxField(serializers.Field):
    """A cell's box as a list of four whole numbers."""

    def to_representation(self, value: Any) -> list[int]:
        """Return [x, y, width, height] in px."""
        return [int(number) for number in value]


class AnalysisOut(serializers.Serializer):
    """The newest run of a model over the image."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=AnalysisState.choices)
    model_version = serializers.UUIDField(
        source="model_version_id", allow_null=True, help_text="Id of the model version."
    )
    model = serializers.SerializerMethodField(help_text="Name and version of the model.")
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_blank=True, help_text="Why it failed, in a sentence.")
    um_per_px = serializers.FloatField(
        allow_null=True, help_text="Scale it worked at, um/px; a guess where the source is unknown."
    )
    scale_source = serializers.CharField(
        allow_blank=True, help_text="given, microscope, red cells, white cells or unknown (default in early analyses)."
    )

    def get_model(self, analysis: Any) -> str:
        """Return "name version", empty before a model was assigned."""
        return str(analysis.model_version) if analysis.model_version is not None else ""


class CellOut(serializers.Serializer):
    """One detected cell with its present label and its current prediction.

    The context holds `predictions`, the current ones by cell id.
    """

    id = serializers.UUIDField()
    box = BoxField()
    area_px = serializers.IntegerField(help_text="Area of the cell's mask in pixels.")
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=LABEL_CHOICES, allow_blank=True, help_text="The present label."
    )
    score = serializers.FloatField(allow_null=True, help_text="Probability of the label, 0 to 1.")
    probabilities = serializers.SerializerMethodField(help_text="Calibrated probability per class; they sum to 1.")
    model = serializers.SerializerMethodField(
        help_text="Name and version of the model whose probabilities these are; empty where no model classified it."
    )
    identified = serializers.BooleanField(
        source="is_identified", help_text="False where the model would not name a class."
    )
    label_source = serializers.ChoiceField(choices=LabelSource.choices)
    excluded = serializers.BooleanField(help_text="Not a cell, or left out of the count.")

    def get_probabilities(self, cell: Cell) -> dict[str, float]:
        """Return the current prediction's probabilities; empty for a cell no model has classified."""
        prediction = self._prediction(cell)
        return {} if prediction is None else dict(prediction.probabilities)

    def get_model(self, cell: Cell) -> str:
        """Return "name version" of the current prediction's model."""
        prediction = self._prediction(cell)
        return "" if prediction is None else str(prediction.model_version)

    def _prediction(self, cell: Cell) -> Prediction | None:
        found: Prediction | None = self.context["predictions"].get(cell.pk)
        return found


class CameraStandingOut(serializers.Serializer):
    """What the model is to the camera of the image."""

    state = serializers.ChoiceField(
        choices=Standing.choices,
        help_text="`unknown`: names of the model are held back or marked, as the laboratory decided.",
    )
    cells = serializers.IntegerField(help_text="Newest cells of the camera that were judged.")
    novelty = serializers.FloatField(allow_null=True, help_text="Their median novelty; about 1 on the training camera.")
    since = serializers.DateTimeField()


class MeasurementOut(serializers.Serializer):
    """One measured side of the quality of an image."""

    value = serializers.FloatField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    sentence = serializers.CharField(help_text="What to do about it.")


class QualityOut(serializers.Serializer):
    """How good an image is to analyse. Early analyses say less."""

    verdict = serializers.ChoiceField(choices=VERDICTS, help_text="The worst of the readings.")
    reasons = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Sentences, the worst first."
    )
    held_back = serializers.CharField(
        allow_blank=True, required=False, help_text="Why no cell is named, in a sentence; empty where names stand."
    )
    no_smear = serializers.CharField(
        allow_blank=True,
        required=False,
        help_text="Why the picture is of something else than a blood smear and no cell was searched for in it, in a sentence; "
        "empty where it may be a smear.",
    )
    readings = serializers.DictField(
        child=MeasurementOut(),
        required=False,
        help_text="By what was measured: focus, exposure, stain, scale and others.",
    )


@extend_schema_field(QualityOut)
class Quality(serializers.DictField):
    """The quality as the analysis wrote it down."""


class ImageDetail(ImageOut):
    """An image with its quality, its analysis and, where the caller may see them, its cells."""

    quality = Quality(allow_null=True, help_text="Null before analysis.")
    analysis = AnalysisOut(allow_null=True)
    camera_standing = CameraStandingOut(allow_null=True, help_text="Null before analysis.")
    results_visible = serializers.BooleanField(help_text="Whether automatic results are shown to you.")
    results_note = serializers.CharField(help_text="Why, or what they are, in a sentence.")
    reviewed = serializers.BooleanField(help_text="Whether a pathologist has signed.")
    cells = CellOut(many=True)
