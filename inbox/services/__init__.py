"""Everything that changes something, one noun a file."""

from inbox.services.acknowledgements import acknowledge, note_report_seen, open_delivery
from inbox.services.deliveries import deliver_forgotten_reports, deliver_report
from inbox.services.limits import set_critical_limits
from inbox.services.reminders import remind

__all__ = [
    "acknowledge",
    "deliver_forgotten_reports",
    "deliver_report",
    "note_report_seen",
    "open_delivery",
    "remind",
    "set_critical_limits",
]
