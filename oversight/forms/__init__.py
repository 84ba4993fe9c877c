"""What pages of oversight can be narrowed by, and the break-glass form."""

from oversight.forms.agreement import AgreementFilter
from oversight.forms.break_glass import BreakGlassForm

__all__ = ["AgreementFilter", "BreakGlassForm"]
