"""Rows as the plain values that the workspace gets."""
