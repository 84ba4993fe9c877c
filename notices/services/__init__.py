"""Everything that changes something, one noun a file."""

from notices.services.emails import send_email_to, send_waiting_emails
from notices.services.notifying import notify, settle_notifications
from notices.services.preferences import set_email_preference, wants_email
from notices.services.reading import mark_all_read, mark_read, mark_subject_read

__all__ = [
    "mark_all_read",
    "mark_read",
    "mark_subject_read",
    "notify",
    "send_email_to",
    "send_waiting_emails",
    "set_email_preference",
    "settle_notifications",
    "wants_email",
]
