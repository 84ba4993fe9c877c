"""What analysis announces, so that the apps above it can listen."""

from __future__ import annotations

from django.dispatch import Signal

camera_standing_changed = Signal()
"""A camera became unknown to a model, or is unknown no longer. Arguments: `standing_id` (int). Sent once per change, after
the transaction."""
