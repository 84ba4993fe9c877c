"""Writing to the trail and checking it."""

from audit.services.recording import record
from audit.services.verification import Break, Verification, verify_chain

__all__ = ["Break", "Verification", "record", "verify_chain"]
