"""What the directory of people and places announces, so that the apps above it can listen."""

from __future__ import annotations

from django.dispatch import Signal

unknown_camera_rule_changed = Signal()
"""A laboratory decided anew what becomes of names on unknown cameras. Arguments: `laboratory_id` (UUID). Sent after the
transaction."""

invitation_accepted = Signal()
"""An account came of an invitation. Arguments: `user`. Sent inside the transaction."""
