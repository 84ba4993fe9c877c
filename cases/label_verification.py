"""Whether comparisons of labels with cases are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.kept_rows import KeptRows
from cases.crypto import UndecryptableValueError
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.models import LabelCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found


def label_digest(check: LabelCheck) -> str:
    """The keyed fingerprint of a comparison: what a label said may name a patient."""
    return keyed_fingerprint([(check.pk, check.case_id, check.code, check.agreed, check.reason, check.by_id, check.at)])


LABELS = KeptRows(
    LabelCheck, label_digest, known=True, comparable=is_under_present_key, unreadable=(UndecryptableValueError,)
)


def check_labels() -> Iterator[Found]:
    """Every comparison is there and says what it said."""
    yield from LABELS.check()
