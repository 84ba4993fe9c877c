"""`manage.py recall_teaching`: recall taught cells, of a patient, of a report, by their ids, or all that may be taught no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from cases.models import Patient
from cases.services.validation import given_reason
from education.models import TeachingCell
from education.services.recall import LONGEST_REASON, recall, recall_patient, recall_unsupported
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """For an operator who is asked at once; a person of the laboratory does the same on the page *Material*."""

    help = "Recall taught cells: those named, or without a choice all whose report, patient or clinic stands against it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which cells, and why."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--patient", type=UUID, help="all that was copied from the cases of this patient (id)")
        which.add_argument("--report", type=UUID, help="all that was copied from this report (id)")
        which.add_argument("--cell", type=UUID, nargs="+", help="these teaching cells (ids)")
        parser.add_argument("--reason", default="", help="why, in a sentence of at most 120 characters; names nobody")

    def handle(self, *args: Any, **options: Any) -> None:
        """Recall, and say how many cells."""
        if not (options["patient"] or options["report"] or options["cell"]):
            count = recall_unsupported()
        else:
            count = self._chosen(options)
        self.stdout.write(f"{count} cells were recalled.")

    def _chosen(self, options: dict[str, Any]) -> int:
        try:
            reason = given_reason(options["reason"])
        except DomainError as error:
            message = f"--reason: {error.sentence}"
            raise CommandError(message) from error
        if len(reason) > LONGEST_REASON:
            message = f"--reason: write at most {LONGEST_REASON} characters."
            raise CommandError(message)
        if options["patient"]:
            patient = Patient.objects.filter(pk=options["patient"]).first()
            if patient is None:
                message = "There is no such patient."
                raise CommandError(message)
            return recall_patient(actor=None, patient=patient, reason=reason)
        cells = TeachingCell.objects.all()
        chosen = (
            cells.filter(copied_from__report=options["report"])
            if options["report"]
            else cells.filter(pk__in=options["cell"])
        )
        return recall(actor=None, cells=chosen, reason=reason)
