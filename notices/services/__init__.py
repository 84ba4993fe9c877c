"""Everything that changes something, one noun a file."""

from notices.services.emails import send_email_to, send_waiting_emails
from notices.services.notifications import close_notifications, notify
from notices.services.orders import orders_taken_up, tell_of_order
from notices.services.preferences import preference_of, set_email_preference, set_order_preference
from notices.services.read_marks import mark_all_read, mark_read, mark_subject_read
from notices.services.rejections import specimen_sent_again, tell_of_rejection

__all__ = [
    "close_notifications",
    "mark_all_read",
    "mark_read",
    "mark_subject_read",
    "notify",
    "orders_taken_up",
    "preference_of",
    "send_email_to",
    "send_waiting_emails",
    "set_email_preference",
    "set_order_preference",
    "specimen_sent_again",
    "tell_of_order",
    "tell_of_rejection",
]
