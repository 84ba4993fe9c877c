"""Everything that changes something, one noun a file."""
