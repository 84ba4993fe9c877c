"""Laying a report out with WeasyPrint, which needs Pango from the system. It is imported when the first PDF is made."""

from __future__ import annotations

import ctypes
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import ImageFile

from hematovision.errors import DomainError
from hematovision.languages import in_language
from reports.pdf.montage import TILE_MM, TILE_UM
from reports.presenters.language import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.pdf.montage import ClassPictures

VARIANT = "pdf/a-3b"
_STYLE = Path(__file__).with_name("report.css")
_BASE = "smear:"
# The names WeasyPrint tries, on Linux, macOS and Windows.
_LIBRARIES = (
    ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0", "pango-1.0-0", "pango-1.0"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0", "pangoft2-1.0-0", "pangoft2-1.0"),
)


class PdfUnavailable(DomainError):
    """No PDF can be made here, and without one nothing is signed."""

    status: ClassVar[int] = 503
    default_code: ClassVar[str] = "pdf_unavailable"
    default_sentence = gettext_noop(
        "The PDF cannot be made here because the library Pango is missing, so nothing can be signed."
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """The canonical JSON that travels inside a document, signed at `at`."""

    name: str
    text: str
    description: str
    at: dt.datetime


class FetchRefusedError(RuntimeError):
    """The layout asked for something other than a picture of this report: a defect of the template."""


@cache
def pdf_problem() -> str:
    """Return in a word why no PDF can be made on this machine, or nothing when it can. Asked once per process."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        return type(error).__name__
    finally:
        # The layout makes Pillow accept cut-off pictures everywhere in the process; uploads must go on refusing them.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return ""


def pango_is_there() -> bool:
    """Whether the system has the libraries the layout needs, asked without loading the layout itself."""
    return all(any(_loads(name) for name in names) for names in _LIBRARIES)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def render_pdf(
    content: dict[str, Any],
    *,
    content_sha256: str,
    content_text: str = "",
    pictures: Sequence[ClassPictures],
    identifier: str,
) -> bytes:
    """Return the PDF/A of a content, in its language. With `content_text` the canonical JSON travels inside it as an attachment.

    A content without a signature is a preview and says so across every page. Raises `PdfUnavailable`.
    """
    if pdf_problem():
        raise PdfUnavailable
    context = {
        "content": content,
        "content_sha256": content_sha256,
        "pictures": pictures,
        "is_preview": content["signature"] is None,
        "bar_mm": round(10 * TILE_MM / TILE_UM, 2),
    }
    with in_language(language_of(content)):
        attached = None
        if content_text and content["signature"] is not None:
            attached = Attached(
                name="report.json",
                text=content_text,
                description=_("The content of this report in canonical JSON: what its SHA-256 is of."),
                at=dt.datetime.fromisoformat(content["signature"]["signed_at"]),
            )
        return _lay_out(
            render_to_string("reports/pdf.html", context),
            {picture.name: picture.jpeg for picture in pictures},
            attached=attached,
            identifier=identifier,
        )


def lay_out(html: str, *, style: str = "", attached: Attached | None = None, identifier: str = "") -> bytes:
    """Return the PDF/A of a document without pictures: a watermark, a certificate. `style` is a style sheet beside the report's."""
    if pdf_problem():
        raise PdfUnavailable
    return _lay_out(html, {}, attached=attached, identifier=identifier, style=style)


def _lay_out(
    html: str, pictures: Mapping[str, bytes], *, attached: Attached | None, identifier: str, style: str = ""
) -> bytes:
    from weasyprint import CSS, HTML, Attachment
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class _MemoryOnly(URLFetcher):  # type: ignore[misc]
        """Hands out the pictures of this report and nothing else: no file, no network."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in pictures:
                raise FatalURLFetchingError
            return URLFetcherResponse(url, pictures[url], {"Content-Type": "image/jpeg"})

    fetcher = _MemoryOnly()
    options: dict[str, Any] = {"pdf_variant": VARIANT}
    if identifier:
        options["pdf_identifier"] = identifier.encode("ascii")
    if attached is not None:
        options["attachments"] = [
            Attachment(
                string=attached.text,
                name=attached.name,
                description=attached.description,
                created=attached.at,
                modified=attached.at,
                relationship="Data",
                base_url=_BASE,
                url_fetcher=fetcher,
            )
        ]
    styles = [
        CSS(string=text, base_url=_BASE, url_fetcher=fetcher)
        for text in (_page_numbers(), _STYLE.read_text(encoding="utf-8"), style)
        if text
    ]
    try:
        found: bytes = HTML(string=html, base_url=_BASE, url_fetcher=fetcher).write_pdf(stylesheets=styles, **options)
    except FatalURLFetchingError as error:
        raise FetchRefusedError("The layout of a report asked for something outside it.") from error  # not translated
    return found


def _page_numbers() -> str:
    """The style sheet of what stands at the foot of each page, in the language that is active."""
    sentence = _("Page {page} of {pages}")
    counted = sentence.replace("{pages}", '" counter(pages) "').replace("{page}", '" counter(page) "')
    return f'@page {{ @bottom-right {{ content: "{counted}" }} }}'
