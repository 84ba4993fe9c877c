"""Rows of the apps below as the plain values that the pages show."""
