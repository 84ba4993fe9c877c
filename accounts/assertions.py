"""Assertions: how an API client proves itself with a signature of its own key (RFC 7523, SMART backend services)."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from typing import TYPE_CHECKING, Any

import jwt
from django.urls import reverse

from accounts.conf import absolute_url
from accounts.models import UsedAssertion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import ApiClient

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: How far ahead an assertion may end (seconds): so long its `jti` has to be remembered.
MOST_SECONDS = 300
_MOST_CHARACTERS = 4096
# What PyJWT raises for what it refuses, and what Python does for numbers and nesting that nobody means.
_REFUSED = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


def token_url() -> str:
    """The address of the token endpoint, which an assertion has to name as its audience."""
    return absolute_url(reverse("idp:oidc:token"))


def claimed_client(assertion: str) -> str:
    """The client that an assertion says it is of, unproved: for counting tries. Empty where none can be read."""
    if len(assertion) > _MOST_CHARACTERS:
        return ""
    try:
        subject = jwt.decode(assertion, options={"verify_signature": False}).get("sub")
    except _REFUSED:
        return ""
    return subject if isinstance(subject, str) and subject.isascii() else ""


def proves(assertion: str, api_client: ApiClient) -> bool:
    """Whether `assertion` is of `api_client`, for us, in its time and seen for the first time; uses it up.

    Of two requests with one assertion at the same time, one gets True: the row decides.
    """
    claims = _verified_claims(assertion, api_client)
    if claims is None:
        return False
    _, is_first = UsedAssertion.objects.get_or_create(
        api_client=api_client,
        # A digest, because an id may be any text of any length.
        jti_digest=hashlib.sha256(claims["jti"].encode("utf-8", "surrogatepass")).hexdigest(),
        defaults={"expires_at": dt.datetime.fromtimestamp(claims["exp"], tz=dt.UTC)},
    )
    return is_first


def _verified_claims(assertion: str, api_client: ApiClient) -> Mapping[str, Any] | None:
    """The claims, once signature, key and all that they say are right; None for anything else."""
    if len(assertion) > _MOST_CHARACTERS:
        return None
    try:
        named = jwt.get_unverified_header(assertion).get("kid")
        key = next((key for key in api_client.keys if key["kid"] == named), None)
        if key is None:
            return None
        claims = jwt.decode(
            assertion,
            jwt.PyJWK(key, algorithm=key["alg"]),
            algorithms=[key["alg"]],
            audience=token_url(),
            issuer=api_client.client_id,
            subject=api_client.client_id,
            # One audience: what is also meant for another server could be sent here by it.
            options={"require": ["iss", "sub", "aud", "exp", "jti"], "strict_aud": True, "verify_iat": False},
        )
        claims["exp"] = int(claims["exp"])
    except _REFUSED:
        return None
    return claims if claims["exp"] <= time.time() + MOST_SECONDS and claims["jti"] else None
