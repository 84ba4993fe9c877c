"""Signed checkpoints: what the chain was on a day, kept outside the database.

Whoever holds the database can cut events off the end and write the head row to match, and the chain alone then
looks whole. A checkpoint is a small file with the position and hash of the newest event, signed with Ed25519
(RFC 8032) under a key the database does not hold; each names the SHA-256 of the file before it, so that a removed
or replaced file shows as well. Copied off the host daily, they make any later change to what was seen visible.

The file is one line of canonical JSON (keys sorted, no white space) and a line end; `signature` is over the same
JSON without that member.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1


class CheckpointFault(ValueError):
    """A checkpoint file is not what was written; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain as it was at one time: its newest event's position and hash."""

    sequence: int
    at: str
    position: int
    head: str
    previous: str
    key: str
    signature: str = ""
    format: int = FORMAT

    @property
    def name(self) -> str:
        """The file's name: counted, so that a missing one leaves a gap."""
        return f"checkpoint-{self.sequence:06d}.json"

    @property
    def moment(self) -> datetime:
        """When it was made (UTC)."""
        return datetime.fromisoformat(self.at)

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        content = asdict(self)
        del content["signature"]
        return _canonical(content)

    def to_bytes(self) -> bytes:
        """The file's content."""
        return _canonical(asdict(self)) + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the file, which the next checkpoint names."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def sign(checkpoint: Checkpoint, secret: str) -> Checkpoint:
    """Return `checkpoint` signed under the key made from `secret`."""
    key = private_key(secret)
    named = Checkpoint(**{**asdict(checkpoint), "key": public_key(secret), "signature": ""})
    return Checkpoint(**{**asdict(named), "signature": key.sign(named.signed_bytes()).hex()})


def parse(data: bytes) -> Checkpoint:
    """Read a checkpoint file; raises `CheckpointFault` for anything that is none."""
    try:
        content: Any = json.loads(data)
        checkpoint = Checkpoint(**content)
        numbers = isinstance(checkpoint.sequence, int) and isinstance(checkpoint.position, int)
        texts = all(
            isinstance(getattr(checkpoint, name), str) for name in ("at", "head", "previous", "key", "signature")
        )
        if not (numbers and texts and checkpoint.format == FORMAT and checkpoint.moment.tzinfo is not None):
            raise CheckpointFault("It is not a checkpoint of this format.")  # not translated
    except (TypeError, ValueError) as error:
        raise CheckpointFault("It is not a checkpoint of this format.") from error  # not translated
    if checkpoint.to_bytes() != data:
        raise CheckpointFault("It is not written as a checkpoint is.")  # not translated
    return checkpoint


def check_signature(checkpoint: Checkpoint, secrets: Sequence[str]) -> None:
    """Raise `CheckpointFault` unless one of our keys signed `checkpoint`."""
    if checkpoint.key not in {public_key(secret) for secret in secrets}:
        raise CheckpointFault("It is signed with a key that is not configured here.")  # not translated
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(checkpoint.key)).verify(
            bytes.fromhex(checkpoint.signature), checkpoint.signed_bytes()
        )
    except (InvalidSignature, ValueError) as error:
        raise CheckpointFault("Its signature does not match its content.") from error  # not translated


@lru_cache(maxsize=8)
def private_key(secret: str) -> Ed25519PrivateKey:
    """The signing key made from a configured secret (HKDF-SHA256, so that any long random text will do)."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"hematovision.audit.checkpoint")
    return Ed25519PrivateKey.from_private_bytes(derived.derive(secret.encode("utf-8")))


def public_key(secret: str) -> str:
    """The public half, as 64 hexadecimal digits: enough to check checkpoints elsewhere, not to make them."""
    return private_key(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
