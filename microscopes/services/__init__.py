"""Every change to a microscope: keyword-only functions that check, write and audit in one transaction."""

from microscopes.services.keeping import (
    add_microscope,
    change_microscope,
    note_choice,
    reinstate_microscope,
    retire_microscope,
)
from microscopes.services.scales import remember_measured_scale

__all__ = [
    "add_microscope",
    "change_microscope",
    "note_choice",
    "reinstate_microscope",
    "remember_measured_scale",
    "retire_microscope",
]
