"""Whom a case or an order is for: a patient of the place, found by the record number, or registered where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cases.models import Patient
from cases.services.audit_trail import record_search
from cases.services.patients import find_duplicates, register_patient
from hematovision.forms import uuid_or_none
from workbench.forms import PatientForm

if TYPE_CHECKING:
    from uuid import UUID

    from django import forms

    from accounts.models import Organisation, User
    from accounts.requests import AuthenticatedRequest

# Buttons that let go of what was chosen.
LETS_GO = frozenset({"other", "no_order"})


@dataclass
class PatientChoice:
    """What a page knows of the patient so far: chosen, looked for, or typed to be registered."""

    mrn: str = ""
    looked_up: bool = False
    patient: Patient | None = None
    patient_form: PatientForm = field(default_factory=PatientForm)
    duplicates: list[Patient] = field(default_factory=list)
    must_acknowledge: bool = False
    mrn_error: str = ""
    status: int = 200

    def read_patient(self, request: AuthenticatedRequest, place: UUID | None) -> None:
        """Find the patient of `place` that was chosen or looked for; only "create" checks what was typed."""
        action = request.POST.get("action")
        self.patient_form = (
            PatientForm(request.POST) if action == "create" else PatientForm(initial=typed(request, PatientForm))
        )
        if action in LETS_GO:
            return
        self.mrn = request.POST.get("mrn", "").strip()
        chosen = request.POST.get("patient", "")
        own = Patient.objects.visible_to(request.user).filter(organisation=place)
        if chosen:
            self.patient = own.filter(pk=uuid_or_none(chosen)).first()  # type: ignore[misc]
        elif self.mrn:
            self.patient = own.current().with_mrn(self.mrn).first() or own.ever_with_mrn(self.mrn).first()
            self.looked_up = True
            record_search(
                actor=request.user, object_type="cases.patient", terms=["mrn"], found=int(self.patient is not None)
            )
        elif action == "lookup":
            self.mrn_error = _("Type the medical record number first.")
            self.status = 422

    def is_settled(self, request: AuthenticatedRequest, place: UUID | None) -> bool:
        """Whether there is a patient, or everything to register one; what is missing is marked."""
        if self.patient is not None:
            return True
        if not self.mrn:
            self.mrn_error = _("Type the medical record number, then find the patient.")
            return False
        self.looked_up = True
        return self.patient_form.is_valid() and self._is_acknowledged(request, place)

    def patient_or_registered(self, actor: User, clinic: Organisation | None = None) -> Patient:
        """Return the patient, registered now if need be; raises as `register_patient`."""
        return self.patient or register_patient(
            actor=actor, mrn=self.mrn, clinic=clinic, **self.patient_form.cleaned_data
        )

    def _is_acknowledged(self, request: AuthenticatedRequest, place: UUID | None) -> bool:
        """Whether nobody like this patient is known there, or the person said that it is somebody else."""
        told = self.patient_form.cleaned_data
        names = {name: told[name] for name in ("family_name", "given_name", "birth_date")}
        alike = find_duplicates(actor=request.user, mrn=self.mrn, **names)
        self.duplicates = [patient for patient in alike if patient.organisation_id == place]
        self.must_acknowledge = bool(self.duplicates) and not request.POST.get("not_a_duplicate")
        return not self.must_acknowledge


def typed(request: AuthenticatedRequest, form: type[forms.Form]) -> dict[str, str]:
    """Return what was typed into a form's fields, unchecked, to show it again."""
    return {name: request.POST[name] for name in form.base_fields if name in request.POST}
