"""Writing to the audit trail and checking it."""

from audit.services.checkpoints import newest_checkpoint, read_checkpoint, write_checkpoint, write_daily_checkpoint
from audit.services.fingerprinting import fingerprint_rows
from audit.services.recording import events_last, record
from audit.services.verification import Break, Verification, verify_chain

__all__ = [
    "Break",
    "Verification",
    "events_last",
    "fingerprint_rows",
    "newest_checkpoint",
    "read_checkpoint",
    "record",
    "verify_chain",
    "write_checkpoint",
    "write_daily_checkpoint",
]
