"""What integrations writes."""
