"""Take pictures into what is taught."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation, OrganisationKind
from education.models import MaterialState
from education.services.importing import import_folder, import_material
from education.services.shipped_sets import ensure_shipped_sets
from hematovision.errors import DomainError


class Command(BaseCommand):
    help = (
        "Take the pictures of a folder into what is taught: all or none, and each once. Its folders are named after classes, or it has a "
        "table material.csv (docs/teaching.md). Every picture needs a licence and a credit, which are shown under it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder, whose pictures they are, and whom they are for."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="folder of pictures")
        which.add_argument("--shipped", action="store_true", help="the material that ships with the product")
        parser.add_argument("--licence", default="", help='such as "CC BY 4.0"')
        parser.add_argument("--credit", default="", help='whose pictures they are, such as "Acevedo et al. 2020"')
        parser.add_argument(
            "--laboratory", default="", metavar="SLUG", help="for this laboratory alone (default: shared)"
        )
        parser.add_argument("--own", action="store_true", help="the laboratory's own pictures; they give no marks yet")
        parser.add_argument(
            "--state",
            choices=[MaterialState.DRAFT.value, MaterialState.OPEN.value],
            default=MaterialState.OPEN.value,
            help="draft: seen by teachers alone (default: %(default)s)",
        )
        parser.add_argument("--um-per-px", type=float, help="scale of the pictures, micrometres per pixel")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import and say what is new."""
        try:
            result = import_material() if options["shipped"] else self._import(options)
            opened = ensure_shipped_sets() if options["shipped"] else 0
        except DomainError as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(f"The pictures cannot be kept, and none was: {error.strerror or error}") from error
        said = f"{result.cells} cells and {result.fields} fields are new, {result.there} were there already."
        if result.recalled:
            said += f" {result.recalled} stay away: they were recalled."
        if opened:
            said += f" {opened} sets were opened."
        self.stdout.write(said)

    def _import(self, options: dict[str, Any]) -> Any:
        if options["um_per_px"] is not None and not 0 < options["um_per_px"] < float("inf"):
            raise CommandError("A scale is a positive number of micrometres per pixel.")
        return import_folder(
            options["folder"],
            licence=options["licence"],
            credit=options["credit"],
            laboratory=_laboratory(options["laboratory"]),
            own=options["own"],
            state=options["state"],
            um_per_px=options["um_per_px"],
        )


def _laboratory(slug: str) -> Organisation | None:
    if not slug:
        return None
    found = Organisation.objects.filter(slug=slug, kind=OrganisationKind.LABORATORY).first()
    if found is None:
        raise CommandError(f"There is no laboratory {slug}.")
    return found
