"""Rows of this app, one noun a file."""

from consult.models.adjudication import Adjudication, Choice
from consult.models.clinic_thread import ClinicThread, ClinicThreadEntry, ClinicThreadQuerySet
from consult.models.comment import Comment, CommentQuerySet
from consult.models.comparison import Comparison
from consult.models.label import OpinionCell, OpinionLabel
from consult.models.opinion import (
    OPEN_OPINIONS,
    OpinionScope,
    OpinionState,
    SecondOpinion,
    SecondOpinionQuerySet,
)

__all__ = [
    "OPEN_OPINIONS",
    "Adjudication",
    "Choice",
    "ClinicThread",
    "ClinicThreadEntry",
    "ClinicThreadQuerySet",
    "Comment",
    "CommentQuerySet",
    "Comparison",
    "OpinionCell",
    "OpinionLabel",
    "OpinionScope",
    "OpinionState",
    "SecondOpinion",
    "SecondOpinionQuerySet",
]
