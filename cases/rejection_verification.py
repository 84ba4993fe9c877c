"""Whether rejections of specimens are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.models import SpecimenRejection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found


def rejection_digest(rejection: SpecimenRejection) -> str:
    """The fingerprint of a rejection: of what, by whom, when and for which reasons. Its words have one of their own."""
    return fingerprint(
        [
            (
                rejection.pk,
                rejection.case_id,
                rejection.order_id,
                *rejection.reasons,
                rejection.by_id,
                rejection.at,
            )
        ]
    )


def words_digest(rejection: SpecimenRejection) -> str:
    """The keyed fingerprint of the words of a rejection, which may be about a person."""
    return keyed_fingerprint([(rejection.pk, rejection.words)])


REJECTIONS = KeptRows(SpecimenRejection, rejection_digest, known=True)
REJECTION_WORDS = KeptRows(
    SpecimenRejection,
    words_digest,
    member="words",
    changed="Its words were changed after they were written.",  # not translated
    comparable=is_under_present_key,
    stays=False,
)


def check_rejections() -> Iterator[Found]:
    """Every rejection of a specimen is there and says what it said."""
    yield from REJECTIONS.check()
    yield from REJECTION_WORDS.check()
