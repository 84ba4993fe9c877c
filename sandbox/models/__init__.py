"""Rows of this app, one noun a file."""

from sandbox.models.heat_map import HeatMap
from sandbox.models.tried_picture import TriedPicture, TryState

__all__ = ["HeatMap", "TriedPicture", "TryState"]
