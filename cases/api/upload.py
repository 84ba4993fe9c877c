"""Resumable uploads as tus 1.0 has them (https://tus.io/protocols/resumable-upload): begin, ask, go on, give up.

Its clients know the protocol and ask for nothing but the address: it is told in docs/api.md, not in the OpenAPI description,
whose generators know no bodies of its type and no status 460.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any, ClassVar

from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.throttling import BaseThrottle

from accounts.api_permissions import ScopeRequired
from accounts.requests import signed_in
from cases.api.image import WRITERS
from cases.conf import upload_max_bytes
from cases.models import Upload
from cases.selectors import chosen_microscope, visible_case, visible_image, visible_record
from cases.services.resumable_uploads import WrongOffset, add_bytes, begin_upload, cancel_upload, require_open
from cases.services.upload_pieces import ALGORITHMS
from hematovision.errors import PermissionRefused, PreconditionFailed, UnsupportedMedia
from hematovision.rest.base import NotCached
from hematovision.rest.throttles import PerScope

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination,checksum"
PIECE = "application/offset+octet-stream"
_MOST_NAME = 255
_NOT_NAMED = "none"


class PieceParser(BaseParser):
    """Names the type of a piece. Its bytes are read as they come, and never parsed."""

    media_type = PIECE


class TusView(NotCached):
    """What both addresses have in common: the version, the caller, and which requests are counted as what."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), "images:write")
    allowed_roles: ClassVar = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), WRITERS)
    parser_classes = (PieceParser,)
    throttle_scopes: ClassVar = {"POST": "upload", "PATCH": "upload_piece"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse another version of tus, after who asks is known."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            sentence = f"This is tus {VERSION}: send `Tus-Resumable: {VERSION}`."  # not translated
            raise PreconditionFailed(sentence, code="tus_version")

    def get_throttles(self) -> list[BaseThrottle]:
        """Beginning counts as an upload, going on as a piece, all else as a request."""
        self.throttle_scope = self.throttle_scopes.get(self.request.method or "")
        throttles = super().get_throttles()
        return [each for each in throttles if self.throttle_scope or not isinstance(each, PerScope)]

    def handle_exception(self, exc: Exception) -> Response:
        """Answer as everywhere; of a wrong offset also with the right one."""
        response = super().handle_exception(exc)
        if isinstance(exc, WrongOffset):
            response["Upload-Offset"] = str(exc.details["offset"])
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say which tus this is."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished["Tus-Resumable"] = VERSION
        if finished.status_code == status.HTTP_412_PRECONDITION_FAILED:
            finished["Tus-Version"] = VERSION
        return finished

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """Say what this server can."""
        return Response(
            status=status.HTTP_204_NO_CONTENT,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(upload_max_bytes()),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )


@extend_schema(exclude=True)
class UploadList(TusView):
    """Where uploads begin."""

    def post(self, request: Request) -> Response:
        """Begin to send a file to a case, in pieces as small as the line needs (tus 1.0, creation)."""
        said = _metadata(request.headers.get("Upload-Metadata", ""))
        _require_sender(request, said.get("by", ""))
        case = visible_case(signed_in(request), _uuid(said.get("case", ""), "case"))
        replaces = said.get("replaces", "")
        microscope = said.get("microscope", "")
        named = microscope not in {"", _NOT_NAMED}
        upload, created = begin_upload(
            actor=signed_in(request),
            case=case,
            length=_number(request, "Upload-Length"),
            client_id=said.get("client_id", ""),
            sha256=said.get("sha256", "").lower(),
            name=said.get("filename", "").replace("\0", "")[:_MOST_NAME],
            microscope=chosen_microscope(case, _uuid(microscope, "microscope") if named else None),
            automatic=microscope != _NOT_NAMED,
            replaces=visible_image(signed_in(request), _uuid(replaces, "replaces")) if replaces else None,
        )
        return Response(
            status=status.HTTP_201_CREATED if created else status.HTTP_200_OK,
            headers={"Location": reverse("api:upload", args=[upload.pk], request=request), **_standing(upload)},
        )


@extend_schema(exclude=True)
class UploadOne(TusView):
    """One upload."""

    def upload(self) -> Upload:
        """Return the caller's upload, or answer 404 as for an id that does not exist."""
        mine = Upload.objects.select_related("case", "by", "image", "microscope", "replaces")
        found: Upload = visible_record(mine, signed_in(self.request), self.kwargs["pk"])
        return found

    def head(self, request: Request, pk: uuid.UUID) -> Response:
        """Say how much of it is here."""
        upload = self.upload()
        require_open(upload)
        return Response(headers={"Upload-Length": str(upload.length), **_standing(upload)})

    def patch(self, request: Request, pk: uuid.UUID) -> Response:
        """Send bytes from where the last ones ended; `HEAD` says where. The last byte makes the image."""
        upload = self.upload()
        if (request.content_type or "").partition(";")[0].strip() != PIECE:
            raise UnsupportedMedia(f"A piece is sent as {PIECE}.")  # not translated
        kept = add_bytes(
            actor=signed_in(request),
            upload=upload,
            offset=_number(request, "Upload-Offset"),
            read=request._request.read,  # noqa: SLF001 (the request's own `read` would be that of a parser)
            stated=int(request.META.get("CONTENT_LENGTH") or 0),
            checksum=request.headers.get("Upload-Checksum", ""),
        )
        return Response(status=status.HTTP_204_NO_CONTENT, headers=_standing(kept))

    def delete(self, request: Request, pk: uuid.UUID) -> Response:
        """End the upload and remove what came of it; an image that was made of it stays."""
        cancel_upload(actor=signed_in(request), upload=self.upload())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _standing(upload: Upload) -> dict[str, str]:
    said = {"Upload-Offset": str(upload.received), "Upload-Expires": http_date(upload.expires_at.timestamp())}
    if upload.image is None:
        return said
    is_new = "no" if upload.is_new is False else "yes"
    return said | {
        "Upload-Image": str(upload.image.pk),
        "Upload-Field": str(upload.image.ordinal),
        "Upload-Image-New": is_new,
    }


def _require_sender(request: Request, by: str) -> None:
    """Refuse a page that another person opened: on a shared computer a session may be of somebody else by now."""
    if by and by != str(signed_in(request).pk):
        sentence = _("Another person has signed in since. Only who opened the page can send its files.")
        raise PermissionRefused(str(sentence), code="other_person")


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise exceptions.ValidationError({header: ["Say it as a number of bytes."]})  # not translated
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """Read `Upload-Metadata`; what is not known is left to who sent it."""
    said = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        key, _, value = pair.partition(" ")
        try:
            said[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            sentence = "Each value is UTF-8 text in base64 behind its key and a space, with commas between the pairs."  # not translated
            raise exceptions.ValidationError({"Upload-Metadata": [sentence]}) from error
    return said


def _uuid(text: str, key: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise exceptions.ValidationError({"Upload-Metadata": [f"`{key}` is an id."]}) from error
