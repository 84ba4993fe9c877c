"""What a file is, told from its first bytes, whatever it is called."""

from __future__ import annotations

import struct
from dataclasses import dataclass

ACCEPTED_SENTENCE = "Accepted are JPEG, PNG, TIFF, BMP and WebP images."  # not translated here: cases.words


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of content: `name` with its article for sentences; `pillow_format` only where we accept it."""

    media_type: str
    name: str
    pillow_format: str = ""

    @property
    def accepted(self) -> bool:
        """Whether smear images may be of this kind."""
        return bool(self.pillow_format)

    @property
    def name_alone(self) -> str:
        """The name without its article."""
        return self.name.partition(" ")[2]


JPEG = Kind("image/jpeg", "a JPEG", "JPEG")
PNG = Kind("image/png", "a PNG", "PNG")
TIFF = Kind("image/tiff", "a TIFF", "TIFF")
BMP = Kind("image/bmp", "a BMP", "BMP")
WEBP = Kind("image/webp", "a WebP", "WEBP")

EMPTY = Kind("application/x-empty", "an empty file")
TEXT = Kind("text/plain", "a text file")
HTML = Kind("text/html", "an HTML page")
SVG = Kind("image/svg+xml", "an SVG drawing")
XML = Kind("application/xml", "an XML file")
HEIF = Kind("image/heif", "an HEIC or AVIF image (on the phone, set the camera to JPEG)")
VIDEO = Kind("video/mp4", "a video")
DICOM = Kind("application/dicom", "a DICOM file")
UNKNOWN = Kind("application/octet-stream", "a file of unknown kind")

_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"GIF8", Kind("image/gif", "a GIF")),
    (b"%PDF", Kind("application/pdf", "a PDF document")),
    (b"PK\x03\x04", Kind("application/zip", "a ZIP archive or office document")),
    (b"PK\x05\x06", Kind("application/zip", "a ZIP archive or office document")),
    (b"\x1f\x8b", Kind("application/gzip", "a compressed archive")),
    (b"7z\xbc\xaf\x27\x1c", Kind("application/x-7z-compressed", "a compressed archive")),
    (b"Rar!", Kind("application/vnd.rar", "a compressed archive")),
    (b"\xd0\xcf\x11\xe0", Kind("application/x-ole-storage", "an office document")),
    (b"MZ", Kind("application/x-dosexec", "a program")),
    (b"\x7fELF", Kind("application/x-executable", "a program")),
    (b"\x00\x00\x00\x0cjP  ", Kind("image/jp2", "a JPEG 2000 image")),
    (b"8BPS", Kind("image/vnd.adobe.photoshop", "a Photoshop file")),
)
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


def sniff(head: bytes) -> Kind:
    """Return the kind of a file from its first bytes (4096 are plenty)."""
    if not head:
        return EMPTY
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return _container(head) or _markup_or_text(head) or UNKNOWN


def _container(head: bytes) -> Kind | None:
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else UNKNOWN
    # Two letters alone would make a bitmap of any text that starts with them.
    if head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _BMP_HEADER_SIZES:
        return BMP
    if head[4:8] == b"ftyp":
        return HEIF if head[8:12] in _HEIF_BRANDS else VIDEO
    return DICOM if head[128:132] == b"DICM" else None


def _markup_or_text(head: bytes) -> Kind | None:
    for encoding in ("utf-8-sig", "utf-16"):
        if encoding == "utf-16" and head[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
            continue
        try:
            # The sample may end inside a character; what comes before it still tells.
            text = head.decode(encoding, errors="strict" if len(head) < 4096 else "ignore")
        except UnicodeDecodeError:
            continue
        start = text.lstrip().casefold()
        if "<svg" in start[:1024]:
            return SVG
        if start.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
            return HTML
        if start.startswith("<?xml"):
            return XML
        if "\x00" not in text and all(letter.isprintable() or letter.isspace() for letter in text):
            return TEXT
    return None
