"""What becomes of a report at the clinic: delivered, read, acknowledged."""
