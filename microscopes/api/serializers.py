"""A microscope in and out of the API."""

from __future__ import annotations

from rest_framework import serializers

from hematovision.rest.bodies import StrictBody
from hematovision.rest.etags import version_tag
from microscopes.models import Microscope, Stain
from microscopes.models.microscope import UM_PER_PX_RANGE


class MicroscopeChange(StrictBody):
    """What is changed of a microscope."""

    name = serializers.CharField(max_length=120, required=False)
    camera = serializers.CharField(
        max_length=120, allow_blank=True, required=False, help_text="Make and model, as its files name them."
    )
    objective = serializers.IntegerField(min_value=1, max_value=200, allow_null=True, required=False)
    stain = serializers.ChoiceField(choices=Stain.choices, allow_blank=True, required=False, help_text="Usual stain.")
    typed_um_per_px = serializers.FloatField(
        min_value=UM_PER_PX_RANGE[0],
        max_value=UM_PER_PX_RANGE[1],
        allow_null=True,
        required=False,
        help_text="From a calibration slide, um/px; null leaves it to the red cells of its fields.",
    )
    calibrated_on = serializers.DateField(allow_null=True, required=False, help_text="Date of the calibration slide.")
    notes = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class MicroscopePatch(MicroscopeChange):
    """What is changed of a microscope, and whether it is in use."""

    is_active = serializers.BooleanField(required=False, help_text="False retires it, true brings it back.")


class MicroscopeIn(MicroscopeChange):
    """A microscope to add to an organisation that the caller administers."""

    organisation = serializers.SlugField(help_text="Slug of the laboratory or of one of its clinics.")
    name = serializers.CharField(max_length=120)


class MicroscopeOut(serializers.Serializer):
    """A microscope and its scale."""

    id = serializers.UUIDField()
    organisation = serializers.SlugField(source="organisation.slug")
    name = serializers.CharField()
    camera = serializers.CharField(allow_blank=True)
    objective = serializers.IntegerField(allow_null=True)
    stain = serializers.ChoiceField(choices=Stain.choices, allow_blank=True)
    um_per_px = serializers.FloatField(
        allow_null=True, help_text="Remembered scale: the typed one, else the measured one."
    )
    typed_um_per_px = serializers.FloatField(allow_null=True)
    calibrated_on = serializers.DateField(allow_null=True)
    measured_um_per_px = serializers.FloatField(allow_null=True, help_text="Median of the red cells of its fields.")
    measured_spread = serializers.FloatField(
        allow_null=True, help_text="Half the distance between the quartiles, um/px."
    )
    measured_fields = serializers.IntegerField(help_text="Fields whose red cells were measured.")
    notes = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField(help_text="False once it was retired.")
    created_at = serializers.DateTimeField()


def microscope_tag(microscope: Microscope) -> str:
    """Return the entity tag of what people entered; a scale that was measured meanwhile makes no change stale."""
    return version_tag(
        [
            microscope.pk,
            microscope.name,
            microscope.camera,
            microscope.objective,
            microscope.stain,
            microscope.typed_um_per_px,
            microscope.calibrated_on,
            microscope.notes,
            microscope.is_active,
        ]
    )
