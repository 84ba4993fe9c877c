"""What is hashed of the rows that reports are written with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint

if TYPE_CHECKING:
    from reports.models import ReportTemplate


def template_digest(template: ReportTemplate) -> str:
    """The fingerprint of a text that a laboratory uses again and again."""
    return fingerprint(
        [(template.pk, template.laboratory_id, template.part, template.title, template.text, template.is_active)]
    )
