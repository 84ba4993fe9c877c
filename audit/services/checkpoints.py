"""Write a signed checkpoint, and read back those there are."""

from __future__ import annotations

import os
import secrets as randomness
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from django.utils import timezone

from audit import checkpoints
from audit.checkpoints import Checkpoint, CheckpointFault
from audit.models import Action, Outcome
from audit.services.checkpoint_files import checkpoint_files, folder, signing_secrets
from audit.services.recording import record
from audit.services.verification import verify_chain
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from audit.services.verification import Verification

OBJECT_TYPE = "audit.checkpoint"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A checkpoint that was written now, and what was found while looking at the chain."""

    checkpoint: Checkpoint
    verification: Verification


def write_checkpoint(*, actor: Any, whole: bool = False) -> Written:
    """Verify what is new since the last checkpoint (with `whole` the whole chain) and sign what the chain is now.

    `actor` None is the system. Raises `Conflict` (code `chain_broken`) when the chain or an earlier checkpoint does not hold: a signature under
    a broken audit trail would vouch for it. The refusal is itself an event.
    """
    found = verify_chain(whole=whole)
    if found.first_break is not None:
        sentence = f"No checkpoint was written: {found.first_break.sentence}"
        log.error("audit checkpoint refused", position=found.first_break.position)
        record(actor=actor, action=Action.VERIFY, object_type=OBJECT_TYPE, outcome=Outcome.FAILURE, reason=sentence)
        raise Conflict(sentence, code="chain_broken", details={"position": found.first_break.position})
    earlier = found.checkpoints[-1] if found.checkpoints else None
    checkpoint = checkpoints.sign(
        Checkpoint(
            sequence=earlier.sequence + 1 if earlier else 1,
            at=timezone.now().isoformat(timespec="seconds"),
            position=found.position,
            head=found.head,
            previous=earlier.digest if earlier else "",
            key="",
        ),
        signing_secrets()[0],
    )
    _place(checkpoint)
    record(
        actor=actor,
        action=Action.VERIFY,
        object_type=OBJECT_TYPE,
        object_id=str(checkpoint.sequence),
        after={"position": checkpoint.position, "head": checkpoint.head},
    )
    return Written(checkpoint, found)


def write_daily_checkpoint() -> Written | None:
    """Write today's checkpoint if there is none yet (days are UTC); safe to call as often as one likes."""
    newest = newest_checkpoint()
    if newest is not None and newest.moment.date() >= timezone.now().date():
        return None
    return write_checkpoint(actor=None)


def newest_checkpoint() -> Checkpoint | None:
    """The last checkpoint on file that can be read, whatever its signature; None when there is none."""
    for path in reversed(checkpoint_files()):
        try:
            return checkpoints.parse(path.read_bytes())
        except CheckpointFault:
            continue
    return None


def read_checkpoint(sequence: int) -> bytes | None:
    """The file of one checkpoint as it lies there, or None."""
    path = folder() / f"checkpoint-{sequence:06d}.json"
    return path.read_bytes() if path.is_file() else None


def _place(checkpoint: Checkpoint) -> None:
    """Put the file in its place whole; raises `Conflict` when somebody else wrote this number first."""
    target = folder()
    target.mkdir(parents=True, exist_ok=True, mode=0o750)
    draft = target / f".{checkpoint.name}.{randomness.token_hex(8)}"
    try:
        with draft.open("xb") as file:
            file.write(checkpoint.to_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o440)
        # A hard link fails where the name is taken: a checkpoint is never replaced.
        os.link(draft, target / checkpoint.name)
    except FileExistsError as error:
        sentence = "Another process wrote a checkpoint at the same time."  # not translated
        raise Conflict(sentence, code="checkpoint_exists") from error
    finally:
        draft.unlink(missing_ok=True)
