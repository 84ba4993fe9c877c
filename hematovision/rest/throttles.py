"""How often one person or API client may call. The rates are in ``DEFAULT_THROTTLE_RATES``.

An API client acts as its own service account, so "per user" is also "per client".
"""

from __future__ import annotations

from rest_framework.throttling import AnonRateThrottle, ScopedRateThrottle, UserRateThrottle


class PerCaller(UserRateThrottle):
    """All requests of a signed-in person or an API client (rate ``user``)."""

    scope = "user"


class PerAddress(AnonRateThrottle):
    """Requests that carry no valid credentials, per network address (rate ``anon``)."""

    scope = "anon"


class PerScope(ScopedRateThrottle):
    """Costly endpoints: a view with ``throttle_scope = "upload"`` (or ``"fhir_search"``) has that rate as well."""
