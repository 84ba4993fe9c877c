"""Signed reports through the API."""
