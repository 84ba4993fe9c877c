"""The clinical record."""

from cases.models.accession import AccessionSeries
from cases.models.break_glass import BreakGlassAccess
from cases.models.case import Case, CaseQuerySet, Priority, Stain
from cases.models.cell import HUMAN_LOCATOR, Cell, CellQuerySet, ExclusionReason, LabelSource
from cases.models.image import SmearImage, SmearImageQuerySet
from cases.models.patient import Patient, PatientQuerySet, Sex
from cases.models.transition import CaseTransition, ImageTransition

__all__ = [
    "HUMAN_LOCATOR",
    "AccessionSeries",
    "BreakGlassAccess",
    "Case",
    "CaseQuerySet",
    "CaseTransition",
    "Cell",
    "CellQuerySet",
    "ExclusionReason",
    "ImageTransition",
    "LabelSource",
    "Patient",
    "PatientQuerySet",
    "Priority",
    "Sex",
    "SmearImage",
    "SmearImageQuerySet",
    "Stain",
]
