"""Assertions of a client as its system signs them, and those that are wrong in one thing."""

from __future__ import annotations

import time
import uuid

import jwt
from allauth.idp.oidc.models import Token
from cryptography.hazmat.primitives.asymmetric import ec, rsa

TOKEN_URL = "/identity/o/api/token"
REVOKE_URL = "/identity/o/api/revoke"
AUDIENCE = "https://smears.example" + TOKEN_URL
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS = {
    "RS384": rsa.generate_private_key(65537, 2048),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
}
STRANGERS = ec.generate_private_key(ec.SECP384R1())


def signed(lis, algorithm="ES384", key=None, kid=None, leave_out=(), **claims):
    """An assertion of `lis`, right but for what is given."""
    right = {
        "iss": lis.client_id,
        "sub": lis.client_id,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 240,
        "jti": uuid.uuid4().hex,
    }
    content = {name: value for name, value in (right | claims).items() if name not in leave_out}
    return jwt.encode(
        content,
        KEYS.get(algorithm) if key is None else key,
        algorithm=algorithm,
        headers={"kid": algorithm if kid is None else kid},
    )


def ask(client, assertion, **form):
    right = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": assertion}
    return client.post(TOKEN_URL, right | form)


def refused(answer):
    return (answer.status_code, answer.json()) == (400, {"error": "invalid_client"}) and not Token.objects.exists()


def _later(seconds):
    return int(time.time()) + seconds


WRONG = {
    "ended": lambda lis: signed(lis, exp=_later(-1)),
    "ends too late": lambda lis: signed(lis, exp=_later(320)),
    "ends never": lambda lis: signed(lis, exp=float("inf")),
    "of no time": lambda lis: signed(lis, leave_out=("exp",)),
    "not yet": lambda lis: signed(lis, nbf=_later(100)),
    "for another server": lambda lis: signed(lis, aud="https://elsewhere.example/token"),
    "for another server too": lambda lis: signed(lis, aud=[AUDIENCE, "https://elsewhere.example/token"]),
    "for nobody": lambda lis: signed(lis, leave_out=("aud",)),
    "by another issuer": lambda lis: signed(lis, iss="somebody"),
    "by no issuer": lambda lis: signed(lis, leave_out=("iss",)),
    "of another subject": lambda lis: signed(lis, sub="somebody"),
    "of a subject of odd letters": lambda lis: signed(lis, sub="\ud800"),
    "of a subject with NUL": lambda lis: signed(lis, sub="\x00"),
    "of no subject": lambda lis: signed(lis, leave_out=("sub",)),
    "without an id": lambda lis: signed(lis, leave_out=("jti",)),
    "with an empty id": lambda lis: signed(lis, jti=""),
    "with an unknown kid": lambda lis: signed(lis, kid="other"),
    "with the kid of the other key": lambda lis: signed(lis, kid="RS384"),
    "by a stranger's key": lambda lis: signed(lis, key=STRANGERS),
    "by another algorithm": lambda lis: signed(lis, "RS256", key=KEYS["RS384"], kid="RS384"),
    "unsigned": lambda lis: signed(lis, "none", kid="ES384"),
    "too long": lambda lis: signed(lis, more="x" * 5000),
    "no assertion": lambda _: "no.such.thing",
    "nothing": lambda _: "",
    "deep": lambda _: "W1tb" * 1000 + ".W1tb.W1tb",
}
