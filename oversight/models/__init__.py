"""Rows of this app, one noun a file."""

from oversight.models.case_tally import CaseTally, CellTally

__all__ = ["CaseTally", "CellTally"]
