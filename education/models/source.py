"""Which cell of which report a teaching cell was copied from: for recalling it, and for nothing else."""

from __future__ import annotations

from django.db import models

from education.models.cell import TeachingCell


class TeachingSource(models.Model):
    """Lies apart from the material, so that no page that teaches can lead back to a case."""

    teaching_cell = models.OneToOneField(TeachingCell, on_delete=models.PROTECT, related_name="copied_from")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey("cases.Cell", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "cell"], name="a_cell_of_a_report_is_copied_once")]

    def __str__(self) -> str:
        return f"Source of teaching cell {self.teaching_cell_id}"  # not translated
