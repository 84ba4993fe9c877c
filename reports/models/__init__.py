"""Signed reports and what belongs to them."""

from reports.models.draft import ReportDraft
from reports.models.insufficient import Insufficiency, InsufficientSpecimen
from reports.models.key_destruction import KeyDestruction
from reports.models.move import CaseMove
from reports.models.report import Report, ReportKey, ReportKind, ReportQuerySet
from reports.models.signature import Signature, SignatureMethod
from reports.models.template import ReportTemplate, TemplatePart

__all__ = [
    "CaseMove",
    "Insufficiency",
    "InsufficientSpecimen",
    "KeyDestruction",
    "Report",
    "ReportDraft",
    "ReportKey",
    "ReportKind",
    "ReportQuerySet",
    "ReportTemplate",
    "Signature",
    "SignatureMethod",
    "TemplatePart",
]
