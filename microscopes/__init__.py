"""Microscopes with their cameras: what an image was taken with."""
