"""Keys of devices: made, used to open what was kept, revoked. Why like this: docs/adr/0067."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Action
from audit.services import record
from hematovision.chunks import in_chunks
from hematovision.errors import Conflict, Gone, NotFound, PermissionRefused
from offline.models import DeviceKey
from offline.permissions import may_discard_for, may_keep
from offline.verification import device_key_digest

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

KEY_BITS = 3072
#: So many browsers of one person; more are refused, because letting one go by itself would lose what it keeps.
MOST_DEVICES = 20
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
_SECRET_BYTES = 32


def make_device_key(*, actor: User, browser: str) -> DeviceKey:
    """Make the key pair of a browser of `actor`.

    Raises `PermissionRefused`, and `Conflict` (`too_many_devices`).
    """
    if not may_keep(actor):
        raise PermissionRefused(_("Your role keeps no work on a device."))
    if DeviceKey.objects.visible_to(actor).in_use().count() >= MOST_DEVICES:
        sentence = _("You keep work on too many devices. Revoke one of them on the page Sessions.")
        raise Conflict(sentence, code="too_many_devices")
    pair = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    private = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with transaction.atomic():
        key = DeviceKey.objects.create(
            user=actor,
            browser=browser[:300],
            public_key=base64.b64encode(public).decode("ascii"),
            private_key=private.decode("ascii"),
        )
        record(actor=actor, action=Action.CREATE, target=key, after={"row": device_key_digest(key)})
    return key


def unwrap(*, actor: User, device: uuid.UUID, wrapped: Sequence[str]) -> list[str | None]:
    """Return the keys, in base64, that were wrapped for a device of `actor`; None for one that was wrapped for another.

    Raises `NotFound` for a device that is not the actor's, and `Gone` (`device_revoked`).
    """
    key = DeviceKey.objects.visible_to(actor).filter(pk=device).first()
    if key is None:
        raise NotFound
    if key.revoked_at is not None:
        sentence = _("This device was revoked. What was kept on it cannot be opened any more.")
        raise Gone(sentence, code="device_revoked")
    pair = load_pem_private_key(key.private_key.encode("ascii"), password=None)
    if not isinstance(pair, rsa.RSAPrivateKey):
        message = "A device key is not of RSA."  # not translated
        raise TypeError(message)
    opened = [_opened(pair, each) for each in wrapped]
    with transaction.atomic():
        # update(): only the time of use changes, and it is not part of the fingerprint.
        DeviceKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
        after = {"keys": len(opened), "not_opened": opened.count(None)}
        record(actor=actor, action=Action.RECEIVE, target=key, after=after)
    return opened


def revoke_device_key(*, actor: User, device: uuid.UUID) -> DeviceKey:
    """Destroy the private half of a device of `actor`: what is kept on it can never be opened again. Raises `NotFound`."""
    with transaction.atomic():
        key = DeviceKey.objects.select_for_update().visible_to(actor).filter(pk=device).first()
        if key is None:
            raise NotFound
        if key.revoked_at is None:
            key.private_key, key.revoked_at = "", timezone.now()
            key.save(update_fields=["private_key", "revoked_at"])
            record(actor=actor, action=Action.DELETE, target=key, after={"row": device_key_digest(key)})
    return key


def note_discard(*, actor: User, owner_id: uuid.UUID, items: int) -> None:
    """Write down that `actor` discards `items` that somebody kept on a device.

    Raises `NotFound` for whom the actor is neither nor administers.
    """
    owner = User.objects.filter(pk=owner_id).first()
    if owner is None or not may_discard_for(actor, owner):
        raise NotFound
    record(
        actor=actor,
        action=Action.DELETE,
        target=owner,
        reason="What was kept on a device was discarded.",  # not translated
        after={"items": items},
    )


def rewrite_private_keys() -> int:
    """Encrypt every private half anew under the first field key; returns how many there are."""
    rotated = 0
    for row in in_chunks(DeviceKey.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            # Reading decrypts with any key, saving encrypts with the first.
            DeviceKey.objects.select_for_update(no_key=True).get(pk=row.pk).save(update_fields=["private_key"])
        rotated += 1
    return rotated


def _opened(pair: rsa.RSAPrivateKey, wrapped: str) -> str | None:
    try:
        secret = pair.decrypt(base64.b64decode(wrapped, validate=True), _OAEP)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(secret).decode("ascii") if len(secret) == _SECRET_BYTES else None
