"""Delivering Bundles to a FHIR server: PUT under the id of the case, so that a repetition changes nothing."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING

from integrations.models import AttemptOutcome
from integrations.said import gettext_noop
from integrations.sending.http import RefusedAddressError, send
from integrations.sending.told import Told

if TYPE_CHECKING:
    from integrations.hl7.outgoing import Outgoing

AGAIN = frozenset({408, 425, 429})
"""Refusals that a later attempt may not meet."""


class FhirLink:
    """A FHIR server at its base address. Nothing stays open between messages."""

    def __init__(self, base: str, *, secret: str = "") -> None:
        self._base = base.rstrip("/")
        self._secret = secret

    def send(self, message: Outgoing) -> Told:
        """Put one Bundle, and judge the status of the answer."""
        url = f"{self._base}/Bundle/{json.loads(message.content)['id']}"
        headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        try:
            reply = send("PUT", url, body=message.content, headers=headers)
        except (RefusedAddressError, OSError, http.client.HTTPException) as error:
            return without_answer(error)
        return judged(reply.status, reply.body)

    def close(self) -> None:
        """Nothing is open."""


def without_answer(error: Exception) -> Told:
    """Return what became of a request that got no answer."""
    if isinstance(error, RefusedAddressError):
        return Told(AttemptOutcome.NO_CONNECTION, str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return Told(AttemptOutcome.NO_CONNECTION, gettext_noop("The certificate of the receiver is not trusted."))
    if isinstance(error, http.client.RemoteDisconnected):
        return Told(AttemptOutcome.NO_ANSWER, gettext_noop("The receiver closed the connection without an answer."))
    if isinstance(error, http.client.HTTPException):
        return Told(AttemptOutcome.WRONG_ANSWER, gettext_noop("What came was no answer of HTTP."))
    if isinstance(error, TimeoutError):
        return Told(AttemptOutcome.NO_ANSWER, gettext_noop("No answer came in time."))
    return Told(AttemptOutcome.NO_CONNECTION, gettext_noop("The receiver does not take connections."))


def judged(status: int, body: bytes = b"") -> Told:
    """Return what a status of HTTP means for a message."""
    code = str(status)
    if 200 <= status < 300:
        return Told(AttemptOutcome.ACKNOWLEDGED, gettext_noop("The receiver has it."), code, body)
    if 400 <= status < 500 and status not in AGAIN:
        return Told(AttemptOutcome.REFUSED, gettext_noop("The receiver refused it."), code, body)
    if 300 <= status < 400:
        return Told(
            AttemptOutcome.WRONG_ANSWER,
            gettext_noop("The receiver sends elsewhere, which is not followed."),
            code,
            body,
        )
    return Told(AttemptOutcome.FAILED, gettext_noop("The receiver could not take it."), code, body)
