"""Everything that changes something, one noun a file."""

from notices.services.emails import send_email_to, send_waiting_emails
from notices.services.notifications import close_notifications, notify
from notices.services.orders import orders_taken_up, tell_of_order
from notices.services.preferences import (
    preference_of,
    set_email_preference,
    set_order_preference,
    set_quiet_hours,
)
from notices.services.push_endpoints import let_browser_go, take_up_browser
from notices.services.pushes import send_push_to, send_waiting_pushes
from notices.services.read_marks import mark_all_read, mark_read, mark_subject_read
from notices.services.rejections import specimen_sent_again, tell_of_rejection

__all__ = [
    "close_notifications",
    "let_browser_go",
    "mark_all_read",
    "mark_read",
    "mark_subject_read",
    "notify",
    "orders_taken_up",
    "preference_of",
    "send_email_to",
    "send_push_to",
    "send_waiting_emails",
    "send_waiting_pushes",
    "set_email_preference",
    "set_order_preference",
    "set_quiet_hours",
    "specimen_sent_again",
    "take_up_browser",
    "tell_of_order",
    "tell_of_rejection",
]
