"""What this app announces, so that delivery can listen without being imported."""

from __future__ import annotations

from django.dispatch import Signal

report_signed = Signal()
"""A version of a report was signed. Argument: `report_id` (UUID). Sent once per version, after the transaction."""
