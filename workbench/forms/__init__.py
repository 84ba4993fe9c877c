"""What people type about patients, specimens and microscopes."""

from workbench.forms.filters import WorklistFilters
from workbench.forms.microscope import NOT_NAMED, ImageMicroscopeForm, MicroscopeForm, id_of
from workbench.forms.order import OrderChangeForm, OrderForm
from workbench.forms.patient import PatientForm
from workbench.forms.patient_number import NumberForm
from workbench.forms.specimen import SpecimenChangeForm, SpecimenForm
from workbench.forms.take_out import TakeOutForm
from workbench.forms.unknown_camera import UnknownCameraForm

__all__ = [
    "NOT_NAMED",
    "ImageMicroscopeForm",
    "MicroscopeForm",
    "NumberForm",
    "OrderChangeForm",
    "OrderForm",
    "PatientForm",
    "SpecimenChangeForm",
    "SpecimenForm",
    "TakeOutForm",
    "UnknownCameraForm",
    "WorklistFilters",
    "id_of",
]
