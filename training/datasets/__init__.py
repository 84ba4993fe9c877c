"""Readers: whatever form labelled pictures come in, they leave as a list of `Picture`."""

from .picture import Picture
from .sources import read_source

__all__ = ["Picture", "read_source"]
