"""Public keys of API clients: a JSON Web Key Set that somebody pasted (RFC 7517)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.utils.translation import gettext as _

from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a key signs with. The algorithm comes from the stored key, never from what it signed.
ALGORITHM_OF = {"RSA": "RS384", "EC": "ES384"}
#: The key in use and the next one: a client changes over without a minute in which neither works.
MOST_KEYS = 2
_MOST_CHARACTERS = 20_000
_RSA_BITS = (2048, 4096)
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PUBLIC_MEMBERS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}


def read_keys(pasted: str) -> list[dict[str, str]]:
    """The public keys of a pasted document, each with its `kid` and `alg`, and nothing else of it; none for an empty one.

    Raises `Unprocessable` with a sentence: an address instead of the document, a private key, a short one, another curve,
    a key without a name, more than two.
    """
    text = pasted.strip()
    if not text:
        return []
    if text.lower().startswith(("http:", "https:")):
        raise Unprocessable(_("Paste the JSON Web Key Set itself: this server fetches nothing from an address."))
    if "PRIVATE KEY" in text:
        raise _private()
    keys = _entries(text)
    read = [_public_key(key) for key in keys]
    if len({key["kid"] for key in read}) < len(read):
        raise Unprocessable(_("Two keys have the same kid. Give each its own."))
    return read


def as_document(keys: list[dict[str, str]]) -> str:
    """The keys as the document that `read_keys` reads, without the days they came; empty for none."""
    if not keys:
        return ""
    members = [{name: value for name, value in key.items() if name != "since"} for key in keys]
    return json.dumps({"keys": members}, indent=1)


def _entries(text: str) -> list[Any]:
    if len(text) > _MOST_CHARACTERS:
        raise Unprocessable(_("The JSON Web Key Set is longer than %(most)s characters.") % {"most": _MOST_CHARACTERS})
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unprocessable(_("This is no JSON. Paste the JSON Web Key Set of the client.")) from error
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise Unprocessable(_('A JSON Web Key Set has the form {"keys": [...]}.'))
    if not 1 <= len(keys) <= MOST_KEYS:
        raise Unprocessable(_("Paste one key or two: the one in use, and the next one."))
    return keys


def _public_key(key: Any) -> dict[str, str]:
    if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
        raise Unprocessable(_("A key of the set is none: it has no kty."))
    if _PRIVATE_MEMBERS & key.keys():
        raise _private()
    kty, kid = key["kty"], key.get("kid")
    if kty not in ALGORITHM_OF:
        raise Unprocessable(_("A key is neither RSA nor EC."))
    if not isinstance(kid, str) or not 1 <= len(kid) <= 100 or not kid.isprintable():
        raise Unprocessable(_("A key needs a kid of 1 to 100 characters, by which an assertion names it."))
    algorithm = ALGORITHM_OF[kty]
    _require_signing(key, kid, algorithm)
    try:
        public = jwt.PyJWK(key, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unprocessable(_("The key %(kid)s cannot be read.") % {"kid": kid}) from error
    if isinstance(public, RSAPublicKey):
        _require_rsa(public, kid)
    elif not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP384R1):
        raise Unprocessable(_("The key %(kid)s is on another curve than P-384.") % {"kid": kid})
    return {"kid": kid, "alg": algorithm, **{member: key[member] for member in _PUBLIC_MEMBERS[kty]}}


def _require_signing(key: Mapping[str, Any], kid: str, algorithm: str) -> None:
    if key.get("alg", algorithm) != algorithm:
        raise Unprocessable(
            _("The key %(kid)s is for another algorithm. RSA keys sign with RS384, EC keys with ES384.") % {"kid": kid}
        )
    operations = key.get("key_ops", ["verify"])
    if key.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise Unprocessable(_("The key %(kid)s is not for signatures.") % {"kid": kid})


def _require_rsa(public: RSAPublicKey, kid: str) -> None:
    least, most = _RSA_BITS
    if not least <= public.key_size <= most:
        raise Unprocessable(
            _("The RSA key %(kid)s has %(key_size)s bits. It needs %(least)s to %(most)s.")
            % {"kid": kid, "key_size": public.key_size, "least": least, "most": most}
        )
    if public.public_numbers().e != 65537:
        raise Unprocessable(_("The RSA key %(kid)s needs the exponent 65537.") % {"kid": kid})


def _private() -> Unprocessable:
    return Unprocessable(
        _(
            "This is a private or secret key. It belongs to the client alone: make a new pair, and paste the public keys."
        )
    )
