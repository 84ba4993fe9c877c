"""Loaders: whatever form labelled images come in, they leave as a list of `SourceImage`."""

from .source_image import SourceImage
from .sources import read_source

__all__ = ["SourceImage", "read_source"]
