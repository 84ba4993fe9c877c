"""Writes of the guide."""

from guide.services.starts import finish_start, hide_first_steps

__all__ = ["finish_start", "hide_first_steps"]
