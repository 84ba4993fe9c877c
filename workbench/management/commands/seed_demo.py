"""Fill a local installation with something to look at."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.demo import seed_people
from accounts.models import User
from cases.models import Case
from cases.services.demo_orders import seed_orders
from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.models import ModelVersion
from classifier.services import ensure_model
from classifier.services.demo_cases import seed_cases
from classifier.services.demo_stories import HILLTOP, RIVERSIDE, STORIES
from education.services.demo_consents import seed_consents
from education.services.importing import import_material
from education.services.shipped_sets import ensure_shipped_sets
from hematovision.errors import DomainError
from integrations.services.demo_connections import seed_connections
from notices.models import Preference
from notices.services import set_email_preference
from oversight.services.tallies import tally_cases
from oversight.services.turnaround import measure_turnaround
from reports.pdf import pdf_problem
from reports.services.demo_reports import seed_reports
from workbench.services.demo_clock import DemoClock, set_clock
from workbench.services.demo_course import begin_course, seed_answers, seed_certificates
from workbench.services.demo_day import seed_emergency, seed_readings, seed_source
from workbench.services.demo_history import history_began, seed_history
from workbench.services.demo_plan import history_before, last_day

_CERTIFICATES = dt.timedelta(minutes=150)
"""Before now, and before the cases of today, certificates are asked for."""
_TODAY = dt.timedelta(minutes=60)
"""The cases of today came in this time, and in it the laboratory has signed those that are signed."""
_BETWEEN_CASES = dt.timedelta(minutes=2)
_BETWEEN_REPORTS = dt.timedelta(minutes=3)


class Command(BaseCommand):
    help = (
        "Register the installation's model and create demo people, patients, orders, cases with drawn and real fields, signed reports, and "
        "three months of history. Running it again changes nothing. Refuses outside local settings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-history",
            action="store_false",
            dest="history",
            help="Leave out the cases and the course of the last three months.",
        )

    def handle(self, *_: Any, history: bool, **__: Any) -> None:
        if not settings.DEMO_ACCOUNTS:
            raise CommandError("Demo data exists in local settings only.")
        now = timezone.now()
        try:
            # In a new installation people and model were there before their first case; where they are, it is now.
            with set_clock(now if User.objects.exists() else history_began(now)):
                self._begin()
                if history:
                    self.stdout.write(f"Demo course: {begin_course(now=now)} students came in.")
            if history:
                self._tell_history(now)
                self._tell_course(now)
            # What was begun by an earlier run has steps of its time already: what follows them is told as of now.
            is_begun = Case.objects.filter(accession_number=STORIES[0].accession_number).exists()
            with set_clock(now if is_begun else now - _TODAY) as clock:
                self._tell_today(clock)
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Demo sources: {seed_source(clinic=HILLTOP, name='Hilltop microscope', waiting=2)} added.")
        # A worker does both once an hour or a minute; who starts looks at the boards at once.
        tally_cases()
        measure_turnaround()

    def _begin(self) -> None:
        """Register the model, create the people, take what is taught."""
        ensured = ensure_model(directory=settings.HEMATOVISION_MODEL_DIR)
        style = self.style.SUCCESS if ensured.active else self.style.WARNING
        self.stdout.write(style(ensured.sentence))
        # Nobody reads the mail of the demo people: it would fill the log until one of them asks for it.
        for person in seed_people():
            if not Preference.objects.filter(user=person).exists():
                set_email_preference(actor=person, email=False)
        taught = import_material()
        self.stdout.write(f"Teaching material: {taught.cells} cells and {taught.fields} fields added.")
        self.stdout.write(f"Teaching sets: {ensure_shipped_sets()} opened.")

    def _tell_history(self, now: dt.datetime) -> None:
        """Tell the last three months, which need a model in use and a library for the PDFs of their reports."""
        if pdf_problem() or ModelVersion.objects.active() is None:
            return
        self.stdout.write("Demo history: three months are told once; this takes about half a minute.")
        self.stdout.flush()
        with set_clock(history_began(now)) as clock:
            told = seed_history(clock=clock, cases=history_before(last_day(now)))
            seed_source(clinic=RIVERSIDE, name="Riverside microscope 2", held=1)
        self.stdout.write(f"Demo history: {told} cases of the last three months.")

    def _tell_course(self, now: dt.datetime) -> None:
        """Tell what the class answered, and who has a certificate. Answers are no events: their times are free."""
        self.stdout.write(f"Demo answers: {seed_answers(now=now)} of the class.")
        with set_clock(now - _CERTIFICATES) as clock:
            self.stdout.write(f"Demo certificates: {seed_certificates(clock=clock)} signed.")

    def _tell_today(self, clock: DemoClock) -> None:
        """Tell the cases of the last hour, and what the laboratory and the clinics did with them."""
        created, there = seed_cases(tick=lambda: clock.pass_by(_BETWEEN_CASES))
        self.stdout.write(f"Demo cases: {created} created, {there} there already.")
        self.stdout.write(f"Demo orders: {seed_orders()} placed.")
        self.stdout.write(f"Demo connections: {seed_connections()} added, switched off.")
        self.stdout.write(f"Demo consents to teaching: {seed_consents()} recorded.")
        if problem := pdf_problem():
            self.stdout.write(self.style.WARNING(f"No demo report was signed: {problem}"))
            return
        # The worker starts after this command: the fields of cases that the laboratory has begun with are analysed here.
        analyser.install(BundleAnalyser(settings.HEMATOVISION_ENGINE))
        signed = seed_reports(tick=lambda: clock.pass_by(_BETWEEN_REPORTS))
        self.stdout.write(f"Demo reports: {signed} signed, {seed_readings()} acknowledged.")
        seed_emergency()
