"""Fill a local installation with something to look at."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import seed_people
from cases.services.demo_orders import seed_orders
from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import ensure_model
from classifier.services.demo_cases import seed_cases
from education.services.demo_consents import seed_consents
from education.services.demo_student import seed_student
from education.services.importing import import_material
from education.services.shipped_sets import ensure_shipped_sets
from hematovision.errors import DomainError
from integrations.services.demo_connections import seed_connections
from notices.models import Preference
from notices.services import set_email_preference
from reports.pdf import pdf_problem
from reports.services.demo_reports import seed_reports


class Command(BaseCommand):
    help = (
        "Register the installation's model and create demo people, patients, orders, cases with drawn smears and two signed reports. "
        "Running it again changes nothing. Refuses outside local settings."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.DEMO_ACCOUNTS:
            raise CommandError("Demo data exists in local settings only.")
        ensured = ensure_model(directory=settings.HEMATOVISION_MODEL_DIR)
        style = self.style.SUCCESS if ensured.active else self.style.WARNING
        self.stdout.write(style(ensured.sentence))
        # Nobody reads the mail of the demo people: it would fill the log until one of them asks for it.
        for person in seed_people():
            if not Preference.objects.filter(user=person).exists():
                set_email_preference(actor=person, email=False)
        try:
            created, there = seed_cases()
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Demo cases: {created} created, {there} there already.")
        self.stdout.write(f"Demo orders: {seed_orders()} placed.")
        self.stdout.write(f"Demo connections: {seed_connections()} added, switched off.")
        self.stdout.write(f"Demo consents to teaching: {seed_consents()} recorded.")
        taught = import_material()
        self.stdout.write(f"Teaching material: {taught.cells} cells and {taught.fields} fields added.")
        self.stdout.write(
            f"Teaching sets: {ensure_shipped_sets()} opened; {seed_student()} answers of the demo student."
        )
        if problem := pdf_problem():
            self.stdout.write(self.style.WARNING(f"No demo report was signed: {problem}"))
            return
        # The worker starts after this command: the smears whose reports are signed are analysed here.
        analyser.install(BundleAnalyser(settings.HEMATOVISION_ENGINE))
        try:
            signed = seed_reports()
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Demo reports: {signed} signed.")
