"""Whether calibration labels are what was given."""

from __future__ import annotations

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from calibration.models import CalibrationLabel


def label_digest(given: CalibrationLabel) -> str:
    """The fingerprint of what a person calls a cell for calibration."""
    return fingerprint([(given.pk, given.cell_id, given.label, given.by_id, given.at)])


LABELS = KeptRows(CalibrationLabel, label_digest, known=True)
