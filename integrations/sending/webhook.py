"""Webhooks as the Standard Webhooks specification (version 1) has them: small signed messages that say that something happened.

https://github.com/standard-webhooks/standard-webhooks. The signature is HMAC-SHA256 over the id, the time of the attempt and the
body, so that a late repetition is neither stale nor a forgery. While a secret is being exchanged there are two signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import secrets
import time
from typing import TYPE_CHECKING

from integrations.models import AttemptOutcome
from integrations.sending.fhir import judged, without_answer
from integrations.sending.http import RefusedAddressError, send
from integrations.sending.told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from integrations.hl7.outgoing import Outgoing

PREFIX = "whsec_"
GONE = "410"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a fresh secret as receivers enter it: `whsec_` and 32 random bytes in Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def signature(secret: str, *, identity: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the signature of one attempt in Base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((identity.encode("ascii"), str(timestamp).encode("ascii"), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


class WebhookLink:
    """One address with its secrets, the one in use first. Nothing stays open between messages."""

    def __init__(self, address: str, secrets_: Sequence[str], *, clock: Callable[[], float] = time.time) -> None:
        self._address = address
        self._secrets = [secret for secret in secrets_ if secret]
        self._clock = clock

    def send(self, message: Outgoing) -> Told:
        """Post one message, and judge the status of the answer. Whatever is not 2xx is tried again, all but 410."""
        try:
            reply = send("POST", self._address, body=message.content, headers=self._headers(message))
        except (RefusedAddressError, OSError, http.client.HTTPException) as error:
            return without_answer(error)
        told = judged(reply.status)
        if told.outcome == AttemptOutcome.REFUSED and told.code != GONE:
            # An address that refuses one refuses all: it is mended there, and then they go.
            return Told(AttemptOutcome.FAILED, told.detail, told.code)
        return told

    def close(self) -> None:
        """Nothing is open."""

    def _headers(self, message: Outgoing) -> dict[str, str]:
        # One that is sent again by hand is the same to its receiver, who knows it by its id.
        identity, timestamp = message.control_id.partition("-r")[0], int(self._clock())
        signatures = [
            signature(secret, identity=identity, timestamp=timestamp, body=message.content) for secret in self._secrets
        ]
        return {
            "Content-Type": "application/json",
            "webhook-id": identity,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }
