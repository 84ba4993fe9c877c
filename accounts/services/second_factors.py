"""The stored secrets of second factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from hematovision.chunks import in_chunks
from hematovision.field_keys import rotate_token

SECRETS = ("secret", "seed")
"""Where they stand in `Authenticator.data`: of an authenticator app, of recovery codes."""


def rotate_second_factors() -> int:
    """Encrypt every stored secret anew under the first field key; how many authenticators have one.

    Of `manage.py rotate_field_keys`, which records it. Raises `cryptography.fernet.InvalidToken` for one that no key opens.
    """
    rotated = 0
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    for row in in_chunks(Authenticator.objects.filter(type__in=kinds).only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            stored = Authenticator.objects.select_for_update().get(pk=row.pk)
            stored.data |= {name: rotate_token(stored.data[name]) for name in SECRETS if name in stored.data}
            stored.save(update_fields=["data"])
        rotated += 1
    return rotated
