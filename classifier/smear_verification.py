"""Whether what pathologists said of pictures that look like no smear is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from classifier.models import ConfirmedSmear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found


def confirmed_digest(row: ConfirmedSmear) -> str:
    """The fingerprint of a pathologist's word that an image is a smear."""
    return fingerprint([(row.pk, row.image_id, row.confirmed_by_id, row.confirmed_at)])


CONFIRMED = KeptRows(ConfirmedSmear, confirmed_digest, known=True)


def check_confirmed_smears() -> Iterator[Found]:
    """Every image that is analysed whatever it looks like was confirmed as a smear by a pathologist, as the audit trail says."""
    yield from CONFIRMED.check()
