"""Images of signed cases, and the bytes of images and signed files."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import Action
from cases.models import SmearImage
from cases.selectors import visible_record
from cases.services.audit_trail import record_image_view
from cases.stored_files import open_display
from integrations.api.fhir.diagnostic_report import ROWS
from integrations.api.fhir.view import FHIR_JSON, FhirRenderer, FhirView, answer
from integrations.fhir.media import binary, media
from integrations.presenters.fhir import image_record
from reports.models import Report
from reports.services.handing_out import hand_out


def visible_image(view: FhirView, pk: uuid.UUID) -> SmearImage:
    """Return an image of a case with a signed report that the caller sees; 404 for any other, and until it can be shown."""
    signed = Report.objects.visible_to(view.caller).filter(case=OuterRef("case"))
    rows = SmearImage.objects.visible_to(view.caller).filter(Exists(signed)).exclude(display="")
    found = rows.select_related("case__laboratory").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class MediaOne(FhirView):
    """One image: what it is and where its bytes are."""

    resource = "Media"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it; 410 when the image was purged."""
        image = visible_image(self, pk)
        open_display(image).close()
        record_image_view(actor=self.caller, image=image, part="media")
        return answer(media(image_record(image)))


class BytesRenderer(BaseRenderer):
    """Lets a client ask for the bytes; what is refused stays an OperationOutcome."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return a refusal as JSON: the bytes themselves never come through here."""
        found: bytes = JSONRenderer().render(data)
        return found


class PdfOfBinary(BytesRenderer):
    """The signed file."""

    media_type = "application/pdf"
    format = "pdf"


class JpegOfBinary(BytesRenderer):
    """The image as it is shown."""

    media_type = "image/jpeg"
    format = "jpeg"


class BinaryOne(FhirView):
    """The bytes of a signed file or of an image, by the id of the version or of the image."""

    resource = "Binary"
    renderer_classes = (PdfOfBinary, JpegOfBinary, FhirRenderer, JSONRenderer)

    def get(self, request: Request, pk: uuid.UUID) -> Response | HttpResponse:
        """Return the bytes as they are, or as a Binary to who asks for FHIR."""
        if Report.objects.filter(pk=pk).exists():
            report: Report = visible_record(ROWS, self.caller, pk)
            hand_out(actor=self.caller, report=report, action=Action.EXPORT, what="pdf")
            return self._answer(request, pk, "application/pdf", report.read_pdf())
        image = visible_image(self, pk)
        with open_display(image) as file:
            content = file.read()
        record_image_view(actor=self.caller, image=image, part="display")
        return self._answer(request, pk, "image/jpeg", content)

    def _answer(self, request: Request, pk: uuid.UUID, media_type: str, content: bytes) -> Response | HttpResponse:
        accepted = request.accepted_renderer.media_type  # type: ignore[union-attr]
        if accepted in {FHIR_JSON, JSONRenderer.media_type}:
            return answer(binary(str(pk), media_type, content))
        response = HttpResponse(content, content_type=media_type)
        response["Content-Disposition"] = "attachment"
        return response
