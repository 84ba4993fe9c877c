"""What the clinical record announces, so that the classifier can listen without being imported."""

from __future__ import annotations

from django.dispatch import Signal

image_received = Signal()
"""A new image was committed. Arguments: `image_id` (UUID). Sent once per image, after the transaction."""

image_refused = Signal()
"""An image was not taken. Arguments: `code` (the code of the refusal). Sent before the refusal is raised on."""

image_taken_out = Signal()
"""A field was taken out of a draft or sent back, its cells superseded, or came back with them. Arguments: `image` (locked), `actor`. Sent inside the transaction."""

field_retaken = Signal()
"""The better picture of a field that was sent back came. Arguments: `returned` (FieldReturn), `actor`. Sent inside the transaction."""

scale_changed = Signal()
"""The scale of a case was given, corrected or taken back. Arguments: `case` (locked), `actor`. Sent inside the transaction,
so that the change and what follows from it hold together."""

microscope_corrected = Signal()
"""Somebody said that images were taken with another microscope. Arguments: `microscope_ids`, those that lost or gained
images (list of UUID), and `clinic_id`, whose images without a microscope became more or fewer (UUID or None). Sent after
the transaction."""

cells_changed = Signal()
"""What people made of cells of a case changed, or models said more of them. Arguments: `case_id` (UUID). Sent inside the
transaction, with the case locked, so that what is derived from its cells holds or falls with them."""

break_glass_opened = Signal()
"""Somebody opened a case of another organisation. Arguments: `access_id` (UUID). Sent after the transaction."""

field_keys_rotated = Signal()
"""The identifiers were written anew under the first field key: whoever keeps ciphertext of their own follows. A receiver
returns what it rewrote, by name."""
