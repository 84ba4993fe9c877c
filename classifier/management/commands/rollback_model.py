"""Go back to the model that was in use before."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from classifier.management.actors import find_actor
from classifier.services import rollback_model
from hematovision.errors import DomainError
from microscopes.models import Microscope


class Command(BaseCommand):
    help = "Make the model active that was in use before the present one, for all or on one microscope. Keeps who did it and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="why the present model goes")
        parser.add_argument(
            "--microscope", type=UUID, metavar="ID", help="the microscope whose variant goes (default: all)"
        )
        parser.add_argument("--by", default="", metavar="E-MAIL", help="the administrator who decides")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            scope = options["microscope"] and Microscope.objects.get(pk=options["microscope"])
            version = rollback_model(actor=find_actor(options["by"]), reason=options["reason"], scope=scope)
        except Microscope.DoesNotExist as error:
            raise CommandError(f"There is no microscope {options['microscope']} here.") from error
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"{version} is active again{f' on {scope}' if scope else ''}.")
