"""An authenticator app on a telephone whose clock stands still. A pytest plugin."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth

#: Any moment will do, in periods of 30 seconds since 1970.
_COUNTER = 60_000_000


@pytest.fixture
def code_for(monkeypatch):
    """Return a function that answers with the code an authenticator app shows for a secret.

    A code is good until the next full half minute. Who reads it just before and types it just after is refused, and
    so would be a test: the server's clock for codes stands still as long as the test runs.
    """
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", lambda: iter([_COUNTER]))

    def code(secret: str) -> str:
        return auth.format_hotp_value(auth.hotp_value(secret, _COUNTER))

    return code
