"""Rows of this app, one noun a file."""

from microscopes.models.microscope import Microscope, MicroscopeQuerySet
from microscopes.models.stain import Stain

__all__ = ["Microscope", "MicroscopeQuerySet", "Stain"]
