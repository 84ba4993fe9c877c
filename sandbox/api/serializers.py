"""A tried picture in and out of the API."""

from __future__ import annotations

from rest_framework import serializers

from cases.cell_classes import CLASS_CODES, LABEL_CHOICES
from hematovision.rest.bodies import StrictBody
from hematovision.rest.english import ToldInEnglish
from sandbox.models import TryState
from sandbox.services.pictures import MICROMETRES

WHY = [("", "Named"), ("scale", "Scale"), ("score", "Score"), ("novel", "Novel")]


class TryIn(StrictBody):
    """A picture to try. The content decides what it is, never the name or type sent."""

    file = serializers.FileField(
        allow_empty_file=True,  # an empty file gets the same 415 sentence as any other non-image
        help_text="JPEG, PNG, TIFF, BMP or WebP, one picture: a field, or one cell cut out.",
    )
    confirmed = serializers.BooleanField(
        help_text="Has to be true: the picture shows no patient's name and is not used for care."
    )
    um_per_px = serializers.FloatField(
        required=False,
        min_value=MICROMETRES[0],
        max_value=MICROMETRES[1],
        help_text="The scale, where it is known; else it is measured on the red cells.",
    )


class TriedCellOut(serializers.Serializer):
    """One cell and what the model says of it."""

    number = serializers.IntegerField(min_value=1)
    box = serializers.ListField(
        child=serializers.IntegerField(), min_length=4, max_length=4, help_text="Left, top, width, height in px."
    )
    label = serializers.ChoiceField(choices=LABEL_CHOICES)  # type: ignore[assignment]
    score = serializers.FloatField(help_text="The calibrated probability of the most probable class.")
    most_probable = serializers.ChoiceField(choices=[choice for choice in LABEL_CHOICES if choice[0] in CLASS_CODES])
    why_unidentified = serializers.ChoiceField(
        choices=WHY[1:],
        allow_blank=True,
        help_text="`scale`: not known well enough. `score`: under the threshold of its class. `novel`: unlike the cells "
        "that the model learnt from. Empty where the cell is named.",
    )
    probabilities = serializers.DictField(child=serializers.FloatField(), help_text="Of every class.")


class TryOut(ToldInEnglish):
    """What came of a picture. Ask again while `state` is `waiting` or `running`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=TryState.choices)
    problem = serializers.CharField(allow_blank=True, help_text="Why there is no answer, in a sentence.")
    notice = serializers.CharField(help_text="For learning. Not a diagnosis.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    model = serializers.CharField(allow_blank=True, help_text="Name and version of the model that answered.")
    quality = serializers.CharField(allow_blank=True, help_text="good, acceptable or poor; empty before the answer.")
    advice = serializers.ListField(child=serializers.CharField(), help_text="What to do better, in sentences.")
    no_smear = serializers.CharField(
        allow_blank=True, help_text="Why it is a picture of something else than a smear; empty where it may be one."
    )
    um_per_px = serializers.FloatField(allow_null=True, help_text="The scale it was analysed at.")
    scale_source = serializers.CharField(allow_blank=True)
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Cells by label, where there are any.")
    cells = TriedCellOut(many=True)
    expires_at = serializers.DateTimeField(help_text="When picture and answer are removed.")
