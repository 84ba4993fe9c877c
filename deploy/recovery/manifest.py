"""What a backup holds: every file with its hash, what the database said, which keys it needs. Signed.

The signature is made with the key that signs checkpoints of the audit trail, so that neither damage nor a hand can
change a file and its entry together without it showing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.checkpoints import private_key, public_key
from deploy.recovery.files import Kept, hash_file, safe_path
from deploy.recovery.keys import Keys
from deploy.recovery.progress import Counted, Progress
from deploy.recovery.refusal import Refused

FORMAT = 1
NAME = "manifest.json"
SIGNATURE = "manifest.signature.json"
#: Faults named one by one; the rest is counted.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. `files` are paths below its folder; `models` leads from a model to the folder it was registered in."""

    made_at: str
    code: str
    database: str
    database_file: str
    rows: dict[str, int]
    chain: dict[str, Any]
    migrations: dict[str, str]
    keys: dict[str, list[str]]
    models: dict[str, str]
    missing: list[str]
    files: dict[str, Kept] = field(repr=False)
    format: int = FORMAT

    def write(self, folder: Path, keys: Keys) -> None:
        """Write manifest and signature into the backup."""
        content = self.to_bytes()
        (folder / NAME).write_bytes(content)
        secret = keys.checkpoint[0]
        signature = {"key": public_key(secret), "signature": private_key(secret).sign(content).hex()}
        (folder / SIGNATURE).write_text(json.dumps(signature, sort_keys=True) + "\n")

    def to_bytes(self) -> bytes:
        """The file's content: sorted, so that equal backups have equal manifests."""
        return json.dumps(asdict(self), sort_keys=True, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, folder: Path, keys: Keys) -> Self:
        """Read and verify the manifest of a backup; raises `Refused`.

        Which keys are missing is said first: under another signing key nothing else could be verified.
        """
        if not (folder / NAME).is_file():
            raise Refused(f"{folder} is not a backup: it holds no {NAME}.")
        content = (folder / NAME).read_bytes()
        _check_signature(folder, content, keys)
        read: dict[str, Any] = json.loads(content)
        if read.get("format") != FORMAT:
            raise Refused(f"{NAME} has the format {read.get('format')}, and this version reads {FORMAT}.")
        files = {str(safe_path(name)): Kept(**kept) for name, kept in read.pop("files").items()}
        return cls(files=files, **read)

    def verify(self, folder: Path, progress: Progress) -> None:
        """Read every file of the backup again; raises `Refused` naming each that is missing or was changed."""
        faults: list[str] = []
        counted = Counted(progress, "verifying", len(self.files), self.size)
        for name, kept in self.files.items():
            try:
                found = hash_file(folder / name)
            except FileNotFoundError:
                faults.append(f"{name} is missing.")
            except OSError as error:
                faults.append(f"{name} cannot be read: {error.strerror}.")
            else:
                if found != kept:
                    faults.append(f"{name} was changed: its SHA-256 is not the one in {NAME}.")
            counted.add(kept.bytes)
        if faults:
            more = [f"and {len(faults) - MOST_NAMED} more."] if len(faults) > MOST_NAMED else []
            raise Refused("\n".join(["This backup is damaged; nothing was touched:", *faults[:MOST_NAMED], *more]))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(kept.bytes for kept in self.files.values())

    def below(self, folder: str) -> dict[str, Kept]:
        """The files of one folder of the backup, by their path in it."""
        prefix = f"{folder}/"
        return {name.removeprefix(prefix): kept for name, kept in self.files.items() if name.startswith(prefix)}


def _check_signature(folder: Path, content: bytes, keys: Keys) -> None:
    try:
        written: dict[str, str] = json.loads((folder / SIGNATURE).read_text())
        signer, signature = written["key"], bytes.fromhex(written["signature"])
        known = {public_key(secret) for secret in keys.checkpoint}
        if signer not in known:
            raise Refused(
                "The manifest is signed with a key that is not in HEMATOVISION_AUDIT_CHECKPOINT_KEY (without one the "
                "secret key signs): put the key of that time behind the one in use, NEW,OLD."
            )
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer)).verify(signature, content)
    except FileNotFoundError as error:
        raise Refused(f"{SIGNATURE} is missing: whether {NAME} is what was written cannot be said.") from error
    except (KeyError, ValueError) as error:
        raise Refused(f"{SIGNATURE} was changed.") from error
    except InvalidSignature as error:
        raise Refused(f"{NAME} was changed: its signature does not match.") from error
