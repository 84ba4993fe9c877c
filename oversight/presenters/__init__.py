"""The record of a case as plain values for pages."""
