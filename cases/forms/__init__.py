"""What people type about patients and specimens."""

from cases.forms.filters import WorklistFilters
from cases.forms.patient import PatientForm
from cases.forms.specimen import SpecimenChangeForm, SpecimenForm

__all__ = ["PatientForm", "SpecimenChangeForm", "SpecimenForm", "WorklistFilters"]
