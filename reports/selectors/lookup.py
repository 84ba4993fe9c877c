"""Which report a hash or a file belongs to, and whether it is the one that stands. Names no patient."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q

from reports.canonical import canonical, sha256
from reports.models import Report
from reports.verification import verify_report

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

MOST_BYTES = 25 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_END_OF_PDF = re.compile(rb"%%EOF\r?\n?")
_MOST_ENDS = 8


class Standing(StrEnum):
    """What became of the version that was looked up."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    BROKEN = "broken"
    DESTROYED = "destroyed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What anybody may learn: which version it is, which one stands, when both were signed, and by which laboratory.

    `is_copy` says that the file is a marked copy whose beginning is the signed file.
    """

    standing: Standing
    report: Report | None = None
    version: int = 0
    signed_at: dt.datetime | None = None
    laboratory: str = ""
    current_version: int = 0
    current_signed_at: dt.datetime | None = None
    is_copy: bool = False


def hashes_in(text: str) -> list[str]:
    """Return the SHA-256 values that a pasted text holds; spaces within one are passed over, as are capitals."""
    plain = text.lower()
    return _HASH.findall(plain) or _HASH.findall(re.sub(r"\s", "", plain))


def look_up_hash(text: str) -> Answer:
    """Return what stands for the first hash of `text` that is a report's."""
    for value in hashes_in(text):
        found = _find(value)
        if found is not None:
            return _answer(found)
    return Answer(Standing.UNKNOWN)


def look_up_file(content: bytes) -> Answer:
    """Return what stands for a PDF or JSON as it was handed out, or for a marked copy of a PDF."""
    found = _find(sha256(content))
    if found is not None:
        return _answer(found)
    for part in _beginnings(content):
        found = _find(sha256(part))
        if found is not None:
            return _answer(found, is_copy=True)
    text = _as_canonical(content)
    found = _find(sha256(text)) if text else None
    return Answer(Standing.UNKNOWN) if found is None else _answer(found)


def _find(value: str) -> Report | None:
    return (
        Report.objects.filter(Q(content_sha256=value) | Q(pdf_sha256=value) | Q(digest=value))
        .select_related("key", "signature", "previous", "case__laboratory")
        .first()
    )


def _answer(report: Report, *, is_copy: bool = False) -> Answer:
    last = Report.objects.filter(case=report.case_id).select_related("signature").order_by("-version")[0]
    verification = verify_report(report)
    if verification.faults:
        standing = Standing.BROKEN
    elif verification.destroyed_at is not None:
        standing = Standing.DESTROYED
    elif last.is_withdrawn:
        standing = Standing.WITHDRAWN
    else:
        standing = Standing.CURRENT if last.pk == report.pk else Standing.SUPERSEDED
    signature = getattr(report, "signature", None)
    return Answer(
        standing=standing,
        report=report,
        version=report.version,
        signed_at=signature.signed_at if signature is not None else None,
        laboratory=report.case.laboratory.name,
        current_version=last.version,
        current_signed_at=last.created_at,
        is_copy=is_copy,
    )


def _beginnings(content: bytes) -> Iterator[bytes]:
    """Yield what a PDF was before each of its incremental updates."""
    if not content.startswith(b"%PDF-"):
        return
    for number, end in enumerate(_END_OF_PDF.finditer(content)):
        if number == _MOST_ENDS:
            return
        yield content[: end.end()]
        yield content[: end.start() + len(b"%%EOF")]


def _as_canonical(content: bytes) -> str:
    """Return a JSON file in canonical form: some programs put a file into lines when they save it."""
    if content.lstrip()[:1] != b"{":
        return ""
    try:
        return canonical(json.loads(content))
    except (ValueError, RecursionError):
        return ""
