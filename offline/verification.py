"""Whether the keys of devices are what was written: a public half put in its place would be somebody else's to open."""

from __future__ import annotations

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from hematovision.field_keys import UndecryptableValueError
from offline.models import DeviceKey


def device_key_digest(key: DeviceKey) -> str:
    """The fingerprint of a device key. Its private half lies under changing field keys and stays out."""
    return fingerprint([(key.pk, key.user_id, key.browser, key.public_key, key.created_at, key.revoked_at)])


DEVICE_KEYS = KeptRows(DeviceKey, device_key_digest, known=True, unreadable=(UndecryptableValueError,))
