"""Where checkpoints lie, and which of them hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from audit import checkpoints
from audit.checkpoints import Checkpoint, CheckpointFault


@dataclass(slots=True)
class OnFile:
    """The checkpoints that hold, oldest first, and what is wrong with the first that does not."""

    good: list[Checkpoint] = field(default_factory=list)
    fault: str = ""


def folder() -> Path:
    """The folder checkpoints are written to; best one that is copied elsewhere or cannot be written twice."""
    return Path(settings.AUDIT_CHECKPOINT_DIR)


def signing_secrets() -> list[str]:
    """The secrets behind the signing keys: the first signs, all of them verify.

    Without one of its own an installation signs with a key derived from its secret key.
    """
    return list(settings.AUDIT_CHECKPOINT_KEYS) or [settings.SECRET_KEY]


def checkpoint_files() -> list[Path]:
    """Every checkpoint file, oldest first."""
    return sorted(folder().glob("checkpoint-*.json"))


def checkpoints_on_file() -> OnFile:
    """Read every checkpoint, checking signatures and that each names the one before it.

    The first fault is reported; whatever carries a good signature is still compared with the chain, because a
    damaged file must not hide what later ones saw.
    """
    found = OnFile()
    secrets = signing_secrets()
    expected = 1
    previous: str | None = ""
    for path in checkpoint_files():
        try:
            checkpoint = checkpoints.parse(path.read_bytes())
            checkpoints.check_signature(checkpoint, secrets)
        except CheckpointFault as fault:
            found.fault = found.fault or f"The checkpoint file {path.name} does not hold. {fault}"
            expected, previous = expected + 1, None
            continue
        found.fault = found.fault or _out_of_order(checkpoint, path, expected, previous)
        found.good.append(checkpoint)
        expected, previous = checkpoint.sequence + 1, checkpoint.digest
    return found


def _out_of_order(checkpoint: Checkpoint, path: Path, expected: int, previous: str | None) -> str:
    """Say how the files do not follow each other; empty when they do. `previous` None: the file before is damaged."""
    if checkpoint.name != path.name:
        return f"The checkpoint file {path.name} was renamed."  # not translated
    if checkpoint.sequence != expected:
        return f"A checkpoint file before {path.name} is missing."  # not translated
    if previous is not None and checkpoint.previous != previous:
        return f"The checkpoint file {path.name} does not follow the one before it."  # not translated
    return ""
