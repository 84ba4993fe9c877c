"""Rows as the plain values that a report is made of."""
