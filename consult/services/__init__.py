"""Everything that changes something, one noun a file."""

from consult.services.adjudications import CellChoice, adjudicate, take_note
from consult.services.clinic_threads import close_clinic_thread, write_to_clinic_thread
from consult.services.comments import add_comment
from consult.services.labels import save_labels
from consult.services.opinions import (
    answer_opinion,
    ask_opinion,
    close_opinion,
    close_opinions_of,
    decline_opinion,
)

__all__ = [
    "CellChoice",
    "add_comment",
    "adjudicate",
    "answer_opinion",
    "ask_opinion",
    "close_clinic_thread",
    "close_opinion",
    "close_opinions_of",
    "decline_opinion",
    "save_labels",
    "take_note",
    "write_to_clinic_thread",
]
