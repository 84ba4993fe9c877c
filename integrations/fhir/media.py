"""Images and files: Media says what a picture is, Binary has bytes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from integrations.fhir import systems
from integrations.fhir.parts import concept, present, reference


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image of a case as it is shown: upright, without what the camera wrote into it. Sizes in px."""

    pk: str
    case: str
    patient: str
    ordinal: int
    width: int
    height: int
    media_type: str
    received: str


def media(image: ImageRecord) -> dict[str, Any]:
    """Return the Media of an image; its bytes are the Binary of the same id."""
    return present(
        resourceType="Media",
        id=image.pk,
        status="completed",
        type_=concept(systems.MEDIA_TYPE, "image"),
        subject=reference("Patient", image.patient),
        createdDateTime=image.received,
        height=image.height,
        width=image.width,
        content={"contentType": image.media_type, "url": f"Binary/{image.pk}", "title": f"Field {image.ordinal}"},
    )


def binary(pk: str, media_type: str, content: bytes) -> dict[str, Any]:
    """Return a Binary."""
    return {
        "resourceType": "Binary",
        "id": pk,
        "contentType": media_type,
        "data": base64.b64encode(content).decode("ascii"),
    }
