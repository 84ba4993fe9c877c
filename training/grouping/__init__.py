"""Which images show the same thing: copies, near-duplicates, augmented copies. Found by content, never by name."""
