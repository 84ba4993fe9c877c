"""The running number behind accession numbers we assign ourselves."""

from __future__ import annotations

from django.db import models


class AccessionSeries(models.Model):
    """One laboratory's running number of one year, used when the clinic sends none of its own."""

    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["laboratory", "year"], name="one_accession_series_per_laboratory_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.laboratory_id} {self.year}: {self.last_number}"
