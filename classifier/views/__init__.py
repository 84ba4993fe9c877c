"""Oversight of the machine: what it said, and which models there are."""
