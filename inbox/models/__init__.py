"""Rows of this app, one noun a file."""

from inbox.models.acknowledgement import Acknowledgement
from inbox.models.critical_limits import CriticalLimits
from inbox.models.delivery import Delivery

__all__ = ["Acknowledgement", "CriticalLimits", "Delivery"]
