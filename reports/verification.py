"""Whether a signed report is still what was signed. Asked on every display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from cases.crypto import UndecryptableValueError
from cases.models import SmearImage
from cases.stored_files import FileMissing, FilePurged, open_original, refuse_purged_original
from hematovision.errors import Gone
from reports.canonical import canonical, digest, sha256
from reports.models import InsufficientSpecimen, KeyDestruction, Report, ReportKey, Signature
from reports.sealing import BrokenSealError

if TYPE_CHECKING:
    import datetime as dt

_FILE_WAS_READ_SECONDS = 15 * 60
_ALTERED = (BrokenSealError, UndecryptableValueError, ReportKey.DoesNotExist, UnicodeDecodeError, ValueError)


@dataclass(frozen=True, slots=True)
class Verification:
    """What the check of one report found: sentences for people, in their language, none when everything holds.

    `readable` says whether there is a content to show at all; `notes` are what was removed by a rule, which is no fault.
    `destroyed_at` is when the key was destroyed by a decision: what is left was not altered, and nobody opens the rest.
    """

    faults: tuple[str, ...]
    readable: bool = True
    notes: tuple[str, ...] = ()
    destroyed_at: dt.datetime | None = None

    @property
    def intact(self) -> bool:
        """Whether content, file, images and signature are there and those that were signed."""
        return not self.faults and self.destroyed_at is None


def report_digest(
    *, content_sha256: str, pdf_sha256: str, images_sha256: str, version: int, kind: str, case: str, previous: str
) -> str:
    """Return the one hash a signature signs: content, PDF and image list, bound to their place among the versions."""
    return digest(
        {
            "case": case,
            "content_sha256": content_sha256,
            "images_sha256": images_sha256,
            "kind": kind,
            "pdf_sha256": pdf_sha256,
            "previous": previous,
            "version": version,
        }
    )


def signature_digest(
    *, report: str, signer: str, name: str, role: str, meaning: str, signed_at: str, method: str
) -> str:
    """Return the hash of a signature; `report` is the digest of what was signed, so that it fits nothing else."""
    return digest(
        {
            "meaning": meaning,
            "method": method,
            "name": name,
            "report": report,
            "role": role,
            "signed_at": signed_at,
            "signer": signer,
        }
    )


def images_digest(images: list[dict[str, Any]]) -> str:
    """Return the hash of the list of images as the content carries it."""
    return digest([{"id": image["id"], "sha256": image["sha256"]} for image in images])


def verify_report(report: Report, *, thorough: bool = False) -> Verification:
    """Compare a report with what was signed; `thorough` reads the image files whatever was read lately."""
    faults: list[str] = []
    notes: list[str] = []
    destruction = KeyDestruction.objects.filter(report=report).first() if _has_no_key(report) else None
    if destruction is not None:
        _digests(report, None, faults)
        return Verification(tuple(faults), readable=False, destroyed_at=destruction.at)
    data = _content(report, faults)
    _pdf(report, faults)
    if data is not None:
        _images(report, data, faults, notes, thorough=thorough)
        _outcome(report, data, faults)
    _digests(report, data, faults)
    return Verification(tuple(faults), readable=data is not None, notes=tuple(notes))


def _has_no_key(report: Report) -> bool:
    """Whether the key was emptied: by a decision where a `KeyDestruction` says so, else it is a fault like any other."""
    try:
        return not report.key.wrapped
    except ReportKey.DoesNotExist:
        return False


def content_as_signed(report: Report) -> dict[str, Any] | None:
    """Return the content of a report for what is built on it, or None where it is not what was signed.

    Cheaper than `verify_report`: neither the file nor the images are read.
    """
    try:
        return report.data if sha256(report.content) == report.content_sha256 else None
    except _ALTERED:
        return None


def _content(report: Report, faults: list[str]) -> dict[str, Any] | None:
    try:
        if sha256(report.content) != report.content_sha256:
            faults.append(_("The content is not what was signed."))
        data = report.data
        if canonical(data) != report.content:
            faults.append(_("The content is not in its canonical form."))
    except _ALTERED:
        faults.append(_("The content was altered: it does not open."))
        return None
    return data


def _pdf(report: Report, faults: list[str]) -> None:
    try:
        pdf = report.read_pdf()
    except (BrokenSealError, UndecryptableValueError, ReportKey.DoesNotExist):
        faults.append(_("The PDF was altered: it does not open."))
    except FileMissing:
        faults.append(_("The PDF is missing."))
    else:
        if sha256(pdf) != report.pdf_sha256:
            faults.append(_("The PDF is not the one that was signed."))


def _images(report: Report, data: dict[str, Any], faults: list[str], notes: list[str], *, thorough: bool) -> None:
    listed = {image["id"]: image for image in data["images"]}
    if images_digest(data["images"]) != report.images_sha256:
        faults.append(_("The list of images is not the one that was signed."))
    rows = {str(image.pk): image for image in SmearImage.objects.filter(pk__in=list(listed))}
    for pk, image in listed.items():
        row = rows.get(pk)
        if row is None or row.case_id != report.case_id:
            faults.append(_("Field %(field)s is no longer in this case.") % {"field": image["ordinal"]})
        elif row.sha256 != image["sha256"]:
            sentence = _("Field %(field)s is recorded with another hash than the one that was signed.")
            faults.append(sentence % {"field": image["ordinal"]})
        elif row.original_purged_at is not None:
            _purged(row, faults, notes)
        elif not _file_is(row, image["sha256"], thorough=thorough):
            sentence = _("The image of field %(field)s is not the one that was signed, or is missing.")
            faults.append(sentence % {"field": image["ordinal"]})


def _outcome(report: Report, data: dict[str, Any], faults: list[str]) -> None:
    """That there is no result is kept outside the seal too, where many are asked at once."""
    said = (data.get("insufficient") or {}).get("code", "")
    kept = InsufficientSpecimen.objects.filter(report=report).values_list("reason", flat=True).first() or ""
    if said != kept:
        faults.append(_("Whether it gives a result is kept otherwise than it was signed."))


def _purged(image: SmearImage, faults: list[str], notes: list[str]) -> None:
    """An original that a rule removed, which its purge has to bear out: without that row it is merely missing."""
    if not image.purges.filter(original=True).exists():
        sentence = _("The image of field %(field)s is missing, and no purge removed it.")
        faults.append(sentence % {"field": image.ordinal})
        return
    try:
        refuse_purged_original(image)
    except FilePurged as error:
        notes.append(error.sentence + " " + _("Its SHA-256 is the one that was signed."))


def _file_is(image: SmearImage, expected: str, *, thorough: bool) -> bool:
    """Whether the stored original has the hash; a file found right is not hashed again for a quarter of an hour."""
    key = f"reports.file.{image.pk}.{expected}"
    if not thorough and cache.get(key):
        return True
    try:
        open_original(image, afresh=True).close()
    except Gone:
        return False
    cache.set(key, 1, timeout=_FILE_WAS_READ_SECONDS)
    return True


def _digests(report: Report, data: dict[str, Any] | None, faults: list[str]) -> None:
    previous = report.previous.digest if report.previous is not None else ""
    expected = report_digest(
        content_sha256=report.content_sha256,
        pdf_sha256=report.pdf_sha256,
        images_sha256=report.images_sha256,
        version=report.version,
        kind=report.kind,
        case=str(report.case_id),
        previous=previous,
    )
    if expected != report.digest:
        faults.append(_("The hashes of the report do not belong together."))
    signature = Signature.objects.filter(report=report).first()
    if signature is None:
        faults.append(_("The signature is missing."))
        return
    signed = signature_digest(
        report=report.digest,
        signer=str(signature.signer_id),
        name=signature.signer_name,
        role=signature.signer_role,
        meaning=signature.meaning,
        signed_at=signature.signed_at.isoformat(),
        method=signature.method,
    )
    if signed != signature.digest:
        faults.append(_("The signature was altered or belongs to another report."))
    if data is not None and _signed_as(data) != (
        str(signature.signer_id),
        signature.signer_name,
        signature.meaning,
        signature.signed_at.isoformat(),
    ):
        faults.append(_("The signature names somebody or something else than the content."))


def _signed_as(data: dict[str, Any]) -> tuple[str, str, str, str]:
    block = data["signature"]
    return block["signer"], block["name"], block["meaning"], block["signed_at"]
