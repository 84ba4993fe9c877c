"""Rows of this app, one noun a file."""

from calibration.models.label import CalibrationLabel
from calibration.models.proposal import Proposal, ProposalState
from calibration.models.run import CalibrationRun, CalibrationState

__all__ = ["CalibrationLabel", "CalibrationRun", "CalibrationState", "Proposal", "ProposalState"]
