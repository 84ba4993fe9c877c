"""Oversight of the models: what they said, and which models there are."""
