"""A smear image in and out of the API, without what was found in it."""

from __future__ import annotations

from rest_framework import serializers

from cases.models import FieldFault, TakenOut
from cases.states import ImageState
from hematovision.rest.bodies import StrictBody
from hematovision.rest.english import ToldInEnglish
from microscopes.selectors import MicroscopeSource


class ImageIn(StrictBody):
    """A smear image to add to a case. The content decides what it is, never the name or type sent."""

    file = serializers.FileField(
        allow_empty_file=True,  # an empty file gets the same 415 sentence as any other non-image
        help_text="JPEG, PNG, TIFF, BMP or WebP, one image, as it came from the camera.",
    )
    microscope = serializers.UUIDField(
        required=False,
        help_text="Id of the microscope it was taken with. Left out, the camera named in the file decides, else the only "
        "microscope in use, else the one chosen last; else it is not named.",
    )
    replaces = serializers.UUIDField(
        required=False,
        help_text="Id of a field of the draft, or of one that was sent back, that this is a better picture of: it is taken "
        "out as `retaken`, and this one gets its place.",
    )


class ImageChange(StrictBody):
    """What people correct about an image."""

    microscope = serializers.UUIDField(
        allow_null=True, help_text="Id of the microscope it was taken with; null where none that is known took it."
    )


class TakeOutIn(StrictBody):
    """Why a field is taken out of a draft."""

    reason = serializers.ChoiceField(
        choices=TakenOut.choices, help_text="`retaken` where a better picture was sent already."
    )


class ImagesInOrder(StrictBody):
    """The fields of a draft in the order they are to have."""

    images = serializers.ListField(
        child=serializers.UUIDField(), max_length=1000, help_text="Ids of all its images, each once."
    )


class SentBackOut(ToldInEnglish):
    """A field that the laboratory asks to be taken again: send the new picture with its id as `replaces`."""

    image = serializers.UUIDField(source="image_id")
    ordinal = serializers.IntegerField(source="image.ordinal", min_value=1)
    reason = serializers.ChoiceField(choices=FieldFault.choices)
    words = serializers.CharField(allow_blank=True, help_text="What the pathologist wrote beside the reason.")
    advice = serializers.CharField(help_text="What to do, in a sentence.")
    at = serializers.DateTimeField()


class ImageOut(serializers.Serializer):
    """A smear image as it was received and where it stands."""

    id = serializers.UUIDField()
    case = serializers.UUIDField(source="case_id")
    ordinal = serializers.IntegerField(min_value=1, help_text="1 for the first image of the case.")
    state = serializers.ChoiceField(choices=ImageState.choices)
    problem = serializers.CharField(allow_blank=True, help_text="Why it was rejected or failed, in a sentence.")
    taken_out_reason = serializers.ChoiceField(
        choices=TakenOut.choices,
        allow_blank=True,
        help_text="Why it was taken out of its draft; empty while it counts. Lists have those that count.",
    )
    sha256 = serializers.CharField(help_text="SHA-256 of the received bytes.")
    media_type = serializers.CharField(help_text="Found in the content.")
    byte_size = serializers.IntegerField()
    width = serializers.IntegerField(help_text="Pixels of the upright image.")
    height = serializers.IntegerField(help_text="Pixels of the upright image.")
    conversions = serializers.ListField(
        child=serializers.CharField(), help_text="What was done to read and show it, in sentences."
    )
    camera = serializers.CharField(
        allow_blank=True, help_text="Make and model of the camera, as the file names them; nothing else of it is kept."
    )
    microscope = serializers.UUIDField(
        source="microscope_id", allow_null=True, help_text="What it was taken with; null where nobody named it."
    )
    microscope_source = serializers.ChoiceField(
        choices=MicroscopeSource.choices, allow_blank=True, help_text="How the microscope was found."
    )
    uploaded_at = serializers.DateTimeField()
    original_removed_at = serializers.DateTimeField(
        source="original_purged_at",
        allow_null=True,
        help_text="When the received bytes were removed under the retention schedule; null while they are kept.",
    )
    display_removed_at = serializers.DateTimeField(
        source="shown_purged_at",
        allow_null=True,
        help_text="When the copy for the screen was removed under the retention schedule; null while it is kept.",
    )
