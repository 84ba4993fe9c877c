"""What people type about patients and specimens."""

from workbench.forms.filters import WorklistFilters
from workbench.forms.patient import PatientForm
from workbench.forms.specimen import SpecimenChangeForm, SpecimenForm

__all__ = ["PatientForm", "SpecimenChangeForm", "SpecimenForm", "WorklistFilters"]
