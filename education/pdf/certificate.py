"""A certificate as a file: PDF/A by the machinery of the reports, with its content inside and a code that leads to its check."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allauth.mfa.adapter import get_adapter
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.conf import absolute_url
from hematovision.languages import in_language
from reports.canonical import canonical, sha256
from reports.pdf import Attached, lay_out, mark_copy
from reports.presenters.language import direction_of

if TYPE_CHECKING:
    from education.models import Certificate

_STYLE = Path(__file__).with_name("certificate.css")


def check_address(content_hash: str) -> str:
    """Where anybody checks a certificate, as a whole address."""
    return absolute_url(reverse("education:check", args=[content_hash]))


def certificate_pdf(content: dict[str, Any]) -> bytes:
    """Return the file of a signed content, in its language. Raises `PdfUnavailable`."""
    text = canonical(content)
    address = check_address(sha256(text))
    context = {
        "content": content,
        "content_sha256": sha256(text),
        "direction": direction_of(content["language"]),
        "address": address,
        "code": mark_safe(_code(address)),  # noqa: S308 - drawn here, of an address of our own
    }
    with in_language(content["language"]):
        attached = Attached(
            name="certificate.json",
            text=text,
            description=_("The content of this certificate in canonical JSON: what its SHA-256 is of."),
            at=dt.datetime.fromisoformat(content["signature"]["signed_at"]),
        )
        html = render_to_string("education/certificate_pdf.html", context)
        return lay_out(html, style=_style(), attached=attached, identifier=content["id"].replace("-", ""))


def marked_as_revoked(certificate: Certificate, pdf: bytes) -> bytes:
    """Return a copy of the file of a revoked certificate that says so; the kept file stays. Raises `PdfUnavailable`."""
    with in_language(certificate.content["language"]):
        return mark_copy(
            pdf,
            words=_("REVOKED"),
            sentence=_("This training certificate was revoked. It certifies nothing."),
        )


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _code(address: str) -> str:
    """The address as a QR code in SVG: what draws the one of an authenticator app draws any."""
    drawn: str = get_adapter().build_totp_svg(address)
    return drawn[drawn.index("<svg") :]
