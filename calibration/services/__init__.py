"""Labelling cells, asking for proposals and calibrations, and using what comes of them."""

from calibration.services.labels import label_cell
from calibration.services.requests import ask_for_calibration, ask_for_proposal
from calibration.services.variants import stop_variant, use_variant

__all__ = ["ask_for_calibration", "ask_for_proposal", "label_cell", "stop_variant", "use_variant"]
