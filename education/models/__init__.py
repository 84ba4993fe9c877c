"""Rows of this app, one noun a file."""

from education.models.attempt import Answer, Attempt, AttemptItem, AttemptState
from education.models.cell import (
    COUNTS_FOR_MARKS,
    SIDE_PX,
    SIDE_UM,
    MaterialState,
    Source,
    TeachingCell,
    Truth,
)
from education.models.certificate import Certificate, CertificateRequest
from education.models.consent import TeachingConsent, TeachingObjection
from education.models.discussion import TeachingCaption, TeachingComment
from education.models.expected_member import ExpectedMember, MailFailure, MailState
from education.models.field import TeachingBox, TeachingField
from education.models.learners import GroupMember, JoinCode, StudentGroup
from education.models.prediction import PredictionState, TeachingPrediction
from education.models.source import TeachingSource
from education.models.teaching_set import (
    Assignment,
    AssignmentKind,
    Feedback,
    SetKind,
    SetState,
    TeachingSet,
    TeachingSetCell,
)

__all__ = [
    "COUNTS_FOR_MARKS",
    "SIDE_PX",
    "SIDE_UM",
    "Answer",
    "Assignment",
    "AssignmentKind",
    "Attempt",
    "AttemptItem",
    "AttemptState",
    "Certificate",
    "CertificateRequest",
    "ExpectedMember",
    "Feedback",
    "GroupMember",
    "JoinCode",
    "MailFailure",
    "MailState",
    "MaterialState",
    "PredictionState",
    "SetKind",
    "SetState",
    "Source",
    "StudentGroup",
    "TeachingBox",
    "TeachingCaption",
    "TeachingCell",
    "TeachingComment",
    "TeachingConsent",
    "TeachingField",
    "TeachingObjection",
    "TeachingPrediction",
    "TeachingSet",
    "TeachingSetCell",
    "TeachingSource",
    "Truth",
]
