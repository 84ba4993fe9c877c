"""Writes of what the server keeps for devices."""
