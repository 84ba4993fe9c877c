"""A copy of an old version, marked as such on every page. The stored file stays as it was signed."""

from __future__ import annotations

import io

from django.template.loader import render_to_string
from pypdf import PdfReader, PdfWriter

from reports.pdf.rendering import lay_out


def mark_copy(pdf: bytes, *, words: str, sentence: str) -> bytes:
    """Return `pdf` with `words` across every page and `sentence` at its head.

    The marks are appended as an incremental update: the signed bytes are the beginning of the copy, unchanged, so the
    copy still shows which file it is of.
    """
    document = PdfReader(
        io.BytesIO(lay_out(render_to_string("reports/watermark.html", {"words": words, "sentence": sentence})))
    )
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    for page in writer.pages:
        page.merge_page(document.pages[0], over=True)
    copy = io.BytesIO()
    writer.write(copy)
    return copy.getvalue()
