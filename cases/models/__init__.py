"""The clinical record."""

from cases.models.accession import AccessionSeries
from cases.models.break_glass import BreakGlassAccess
from cases.models.case import Case, CaseQuerySet, Priority
from cases.models.cell import HUMAN_DETECTOR, Cell, CellQuerySet, ExclusionReason, LabelSource
from cases.models.field_return import FieldFault, FieldReturn, FieldReturnQuerySet, ReturnOutcome
from cases.models.former_identity import CorrectionReason, FormerIdentity
from cases.models.image import SmearImage, SmearImageQuerySet, TakenOut
from cases.models.label_check import LabelCheck
from cases.models.legal_hold import LegalHold, LegalHoldRelease
from cases.models.order import Order, OrderQuerySet, OrderSource
from cases.models.patient import Patient, PatientQuerySet
from cases.models.patient_merge import PatientMerge, PatientMergeUndo
from cases.models.patient_number import PatientNumber
from cases.models.pseudonymisation import Pseudonymisation
from cases.models.purge import ImagePurge, PurgeRule, PurgeRun
from cases.models.rejection import SpecimenReason, SpecimenRejection
from cases.models.restriction import PatientRestriction, RestrictionLift
from cases.models.sex import Sex
from cases.models.transition import CaseTransition, ImageTransition, OrderRejection, OrderTransition
from cases.models.upload import Upload, UploadQuerySet, UploadState
from microscopes.models import Stain

__all__ = [
    "HUMAN_DETECTOR",
    "AccessionSeries",
    "BreakGlassAccess",
    "Case",
    "CaseQuerySet",
    "CaseTransition",
    "Cell",
    "CellQuerySet",
    "CorrectionReason",
    "ExclusionReason",
    "FieldFault",
    "FieldReturn",
    "FieldReturnQuerySet",
    "FormerIdentity",
    "ImagePurge",
    "ImageTransition",
    "LabelCheck",
    "LabelSource",
    "LegalHold",
    "LegalHoldRelease",
    "Order",
    "OrderQuerySet",
    "OrderRejection",
    "OrderSource",
    "OrderTransition",
    "Patient",
    "PatientMerge",
    "PatientMergeUndo",
    "PatientNumber",
    "PatientQuerySet",
    "PatientRestriction",
    "Priority",
    "Pseudonymisation",
    "PurgeRule",
    "PurgeRun",
    "RestrictionLift",
    "ReturnOutcome",
    "Sex",
    "SmearImage",
    "SmearImageQuerySet",
    "SpecimenReason",
    "SpecimenRejection",
    "Stain",
    "TakenOut",
    "Upload",
    "UploadQuerySet",
    "UploadState",
]
