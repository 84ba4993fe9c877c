"""Make the key under which browsers are told of something new."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prints the line for the environment. Another key ends every subscription made under the one before."""

    help = "Print a new HEMATOVISION_VAPID_KEY."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print it."""
        secret = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        text = base64.urlsafe_b64encode(secret.to_bytes(32, "big")).rstrip(b"=").decode()
        self.stdout.write(f"HEMATOVISION_VAPID_KEY={text}")
