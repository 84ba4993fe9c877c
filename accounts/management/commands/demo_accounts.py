"""Print the demo accounts of a local installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DEMO_PASSWORD, seed_people
from hematovision.errors import DomainError


class Command(BaseCommand):
    help = "Print who may sign in to a local installation, creating whoever is missing. Refuses outside local settings."

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            people = seed_people()
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Demo accounts, all with the password {DEMO_PASSWORD}:")
        for person in people:
            self.stdout.write(f"  {person.email:<48} {person.get_role_display()}")
