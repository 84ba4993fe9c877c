"""Rows of this app, one noun a file."""

from oversight.models.case_tally import CaseTally, CellTally
from oversight.models.case_turnaround import CaseTurnaround
from oversight.models.tally_sum import Span, TallySum
from oversight.models.usual_turnaround import UsualTurnaround
from oversight.models.verification import Trigger, VerificationResult, VerificationRun

__all__ = [
    "CaseTally",
    "CaseTurnaround",
    "CellTally",
    "Span",
    "TallySum",
    "Trigger",
    "UsualTurnaround",
    "VerificationResult",
    "VerificationRun",
]
