"""The clinical record in the administration: to look something up, never to change it."""

from cases.admin.case import CaseAdmin
from cases.admin.cell import CellAdmin
from cases.admin.image import SmearImageAdmin

__all__ = ["CaseAdmin", "CellAdmin", "SmearImageAdmin"]
