"""Rows of this app, one noun a file."""

from notices.models.notification import EmailState, Notification
from notices.models.preference import Preference

__all__ = ["EmailState", "Notification", "Preference"]
