"""Whether microscopes are what was written."""

from __future__ import annotations

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from microscopes.models import Microscope


def microscope_digest(microscope: Microscope) -> str:
    """The fingerprint of what people say of a microscope. What is measured on its fields moves with each and stays out."""
    return fingerprint(
        [
            (
                microscope.pk,
                microscope.organisation_id,
                microscope.name,
                microscope.camera,
                microscope.objective,
                microscope.stain,
                microscope.typed_um_per_px,
                microscope.calibrated_on,
                microscope.notes,
                microscope.is_active,
            )
        ]
    )


MICROSCOPES = KeptRows(Microscope, microscope_digest)
