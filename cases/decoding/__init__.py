"""Decoding what somebody sent in a child process that may use only so much memory, processor and time.

`cases.imaging` decides what an image is and decodes it; here that runs where it can be ended without harm. The process
that answers people starts one helper (`cases.decoding.server`), which imports the decoders once and forks a child for each
file. Files and pixels travel as descriptors, never through a pipe. No database and no Django (docs/adr/0025).
"""

from cases.decoding.budget import Budget
from cases.decoding.client import AllBusyError, DecodeHelper, HelperLostError

__all__ = ["AllBusyError", "Budget", "DecodeHelper", "HelperLostError"]
