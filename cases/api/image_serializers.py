"""A smear image in and out of the API, without what was found in it."""

from __future__ import annotations

from rest_framework import serializers

from cases.states import ImageState


class ImageIn(serializers.Serializer):
    """A smear image to add to a case. The content decides what it is, never the name or type sent."""

    file = serializers.FileField(
        allow_empty_file=True,  # an empty file gets the same 415 sentence as any other non-image
        help_text="JPEG, PNG, TIFF, BMP or WebP, one image, as it came from the camera.",
    )


class ImageOut(serializers.Serializer):
    """A smear image as it was received and where it stands."""

    id = serializers.UUIDField()
    case = serializers.UUIDField(source="case_id")
    ordinal = serializers.IntegerField(min_value=1, help_text="1 for the first image of the case.")
    state = serializers.ChoiceField(choices=ImageState.choices)
    problem = serializers.CharField(allow_blank=True, help_text="Why it was rejected or failed, in a sentence.")
    sha256 = serializers.CharField(help_text="SHA-256 of the received bytes.")
    media_type = serializers.CharField(help_text="Found in the content.")
    byte_size = serializers.IntegerField()
    width = serializers.IntegerField(help_text="Pixels of the upright image.")
    height = serializers.IntegerField(help_text="Pixels of the upright image.")
    conversions = serializers.ListField(
        child=serializers.CharField(), help_text="What was done to read and show it, in sentences."
    )
    uploaded_at = serializers.DateTimeField()
