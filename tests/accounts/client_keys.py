"""Documents with public keys, as the operator of another system sends them."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


def jwk(key: Any, kid: str, **members: Any) -> dict[str, Any]:
    """The public part of a private key."""
    kind = RSAAlgorithm if isinstance(key, RSAPrivateKey) else ECAlgorithm
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **members}


def document(keys: dict[str, Any]) -> str:
    """A JSON Web Key Set with the public parts of `keys`, each under its id."""
    return json.dumps({"keys": [jwk(key, kid) for kid, key in keys.items()]})


def public_pem(key: Any) -> bytes:
    """The public part in the form that a careless verifier takes for a shared secret."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
