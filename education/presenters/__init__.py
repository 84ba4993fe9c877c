"""What pages show, made from rows, one noun a file."""
