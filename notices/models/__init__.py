"""Rows of this app, one noun a file."""

from notices.models.notification import EmailState, Notification, PushState
from notices.models.preference import Preference
from notices.models.push_endpoint import PushEndpoint

__all__ = ["EmailState", "Notification", "Preference", "PushEndpoint", "PushState"]
