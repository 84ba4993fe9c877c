"""Start failed analyses again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.management.actors import find_actor
from classifier.models import Analysis, AnalysisProblem, AnalysisState
from classifier.services import requeue_analyses
from hematovision.errors import DomainError


class Command(BaseCommand):
    help = "Put failed analyses back in the queue once what made them fail has been mended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=AnalysisProblem.values, help="only those that failed for this")
        parser.add_argument("--reason", required=True, help="why they are tried again")
        parser.add_argument("--by", default="", metavar="E-MAIL", help="the administrator who decides")

    def handle(self, *_: Any, **options: Any) -> None:
        failed = Analysis.objects.filter(state=AnalysisState.FAILED)
        if options["kind"]:
            failed = failed.filter(problem_kind=options["kind"])
        try:
            count = requeue_analyses(actor=find_actor(options["by"]), analyses=failed, reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{count} analyses were started again.")
