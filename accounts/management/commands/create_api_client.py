"""`manage.py create_api_client`: credentials for another system, shown once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organisation
from accounts.scopes import SCOPES
from accounts.services import create_api_client
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Prints one JSON object: client_id, client_secret, token_url."""

    help = "Create an OAuth2 client for one organisation and print its credentials as JSON, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME, the organisation, the scopes and, if it has some, the public keys."""
        parser.add_argument("name", help="what the other system is called")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--keys", metavar="FILE", help="a JSON Web Key Set with the public keys of the client")
        parser.add_argument("--scope", dest="scopes", action="extend", nargs="+", required=True, choices=list(SCOPES))

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the client."""
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            known = ", ".join(Organisation.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"No organisation {options['organisation']!r}. Known: {known}.")
        try:
            new = create_api_client(
                actor=None,
                name=options["name"],
                organisation=organisation,
                scopes=options["scopes"],
                jwks=_text(options["keys"]),
            )
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(
            json.dumps(
                {
                    "client_id": new.client_id,
                    "client_secret": new.client_secret,
                    "token_url": new.token_url,
                }
            )
        )


def _text(path: str | None) -> str:
    if path is None:
        return ""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
    if not text.strip():
        raise CommandError(f"{path} is empty.")
    return text
