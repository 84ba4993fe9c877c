"""Rows of this app, one noun a file."""

from guide.models.finished_start import FinishedStart

__all__ = ["FinishedStart"]
