"""An order in and out of the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.api.case_serializers import ANOTHER_CLINIC, NO_SUCH_PATIENT, OrganisationOut, WhiteBloodCells
from cases.api.clinic_field import ClinicField
from cases.models import Order, OrderRejection, OrderSource, Patient, Priority
from cases.states import OrderState
from hematovision.rest.bodies import StrictBody
from hematovision.rest.etags import version_tag


def _number(help_text: str, **options: Any) -> serializers.CharField:
    return serializers.CharField(
        **{"max_length": 64, "required": False, "allow_blank": True, **options}, help_text=help_text
    )


class OrderChange(StrictBody):
    """What an order says."""

    group_number = _number("Number that orders placed together share.")  # not translated
    service_code = _number("Code of the examination at whoever placed the order.")  # not translated
    priority = serializers.ChoiceField(choices=Priority.choices, required=False, help_text="routine when left out.")
    clinical_question = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    ordering_name = _number("Name of the clinician who asked.", max_length=150)  # not translated
    ordering_id = _number("Number of the clinician who asked.")  # not translated
    visit_number = _number("Number of the patient's visit or stay; encrypted.")  # not translated
    location = _number("Ward, bed or surgery.", max_length=120)  # not translated
    collected_at = serializers.DateTimeField(allow_null=True, required=False)
    wbc = WhiteBloodCells(
        max_digits=7,
        decimal_places=2,
        min_value=0,
        max_value=2000,
        allow_null=True,
        required=False,
        help_text="White blood cell count, 10^9/L; with its source.",
    )
    wbc_source = _number("Where the count comes from.", max_length=120)  # not translated
    wbc_measured_at = serializers.DateTimeField(allow_null=True, required=False)
    specimen_id = _number("Number on the tube or slide.")  # not translated


class OrderIn(OrderChange):
    """An order for a patient of the caller's organisation, or of the clinic that a laboratory's client acts for."""

    patient = serializers.UUIDField(help_text="Id of the patient.")
    placer_number = _number("Your number of the order.", required=True, allow_blank=False)  # not translated
    placer_namespace = _number("Which numbering it is of; the clinic's own (its slug) when left out.")  # not translated
    clinic = ClinicField()

    def validate_patient(self, value: Any) -> Patient:
        """Return the patient, if the caller may know of them; a foreign id reads like an unknown one."""
        patient = Patient.objects.visible_to(self.context["request"].user).filter(pk=value).first()
        if patient is None:
            raise serializers.ValidationError(NO_SUCH_PATIENT)
        return patient

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A client that acts for a clinic orders for patients of that clinic only."""
        if "clinic" in attrs and attrs["patient"].organisation_id != attrs["clinic"].pk:
            raise serializers.ValidationError({"patient": ANOTHER_CLINIC})
        return attrs


class OrderOut(serializers.Serializer):
    """An order in a list."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=OrderState.choices)
    placer_number = serializers.CharField()
    placer_namespace = serializers.CharField()
    filler_number = serializers.CharField(
        allow_blank=True, help_text="The accession number of its case; empty while there is none."
    )
    case = serializers.UUIDField(source="case_id", allow_null=True)
    patient = serializers.UUIDField(source="patient_id")
    clinic = OrganisationOut()
    laboratory = OrganisationOut()
    group_number = serializers.CharField(allow_blank=True)
    service_code = serializers.CharField(allow_blank=True)
    priority = serializers.ChoiceField(choices=Priority.choices)
    clinical_question = serializers.CharField(allow_blank=True)
    ordering_name = serializers.CharField(allow_blank=True)
    ordering_id = serializers.CharField(allow_blank=True)
    visit_number = serializers.CharField(allow_blank=True)
    location = serializers.CharField(allow_blank=True)
    collected_at = serializers.DateTimeField(allow_null=True)
    wbc = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    wbc_source = serializers.CharField(allow_blank=True)
    wbc_measured_at = serializers.DateTimeField(allow_null=True)
    specimen_id = serializers.CharField(allow_blank=True)
    received_by = serializers.ChoiceField(choices=OrderSource.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When its details or its state last changed.")


class OrderStepOut(serializers.Serializer):
    """One step of an order."""

    from_state = serializers.ChoiceField(choices=OrderState.choices, allow_blank=True)
    to_state = serializers.ChoiceField(choices=OrderState.choices)
    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    reason_code = serializers.ChoiceField(choices=OrderRejection.choices, allow_blank=True)


class OrderDetail(OrderOut):
    """An order with its steps, the oldest first."""

    transitions = OrderStepOut(many=True)


def order_tag(order: Order) -> str:
    """Return the order's entity tag: what it says, where it stands, and its number at the laboratory."""
    fields = [field for field in order._meta.concrete_fields if field.name != "updated_at"]
    return version_tag([*(getattr(order, field.attname) for field in fields), order.filler_number])
