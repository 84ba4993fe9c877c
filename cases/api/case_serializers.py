"""A case in and out of the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.clinic_field import ClinicField
from cases.api.image_serializers import ImageOut, SentBackOut
from cases.models import Case, Order, Patient, Priority, SpecimenReason, Stain
from cases.models.case import COARSEST_SCALE, FINEST_SCALE
from cases.states import CaseState
from hematovision.rest.bodies import StrictBody
from hematovision.rest.english import ToldInEnglish

NO_SUCH_PATIENT = _("You know no patient with this id.")
NO_SUCH_ORDER = _("You know no order with this id.")
ANOTHER_PATIENT = _("The order is for another patient.")
ANOTHER_CLINIC = _("This patient is registered at another clinic than the one named.")


class OrganisationOut(serializers.Serializer):
    """A clinic or laboratory, by name."""

    slug = serializers.SlugField()
    name = serializers.CharField()


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "pattern": r"^(2000(\.0{1,2})?|1?[0-9]{1,3}(\.[0-9]{1,2})?)$"},
            {"type": "number", "minimum": 0, "maximum": 2000, "multipleOf": 0.01},
        ]
    }
)
class WhiteBloodCells(serializers.DecimalField):
    """A count from 0 to 2000 with up to two decimals, as a text or a number."""


def _accession_number() -> serializers.RegexField:
    return serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._/\-]*$",
        max_length=64,
        required=False,
        help_text="Unique within the laboratory; assigned when left out.",
        error_messages={
            "invalid": _("Use letters, digits, dot, dash, slash and underscore only."),
        },
    )


class CaseChange(StrictBody):
    """What was said about the specimen."""

    accession_number = _accession_number()
    priority = serializers.ChoiceField(choices=Priority.choices, required=False, help_text="routine when left out.")
    stain = serializers.ChoiceField(choices=Stain.choices, required=False, help_text="wright_giemsa when left out.")
    objective = serializers.IntegerField(
        min_value=1, max_value=200, allow_null=True, required=False, help_text="Magnification."
    )
    um_per_px = serializers.FloatField(
        min_value=FINEST_SCALE,
        max_value=COARSEST_SCALE,
        allow_null=True,
        required=False,
        help_text="Micrometres per pixel, if known; else measured on each image. A change has the images analysed again.",
    )
    microscope = serializers.CharField(max_length=120, allow_blank=True, required=False)
    camera = serializers.CharField(max_length=120, allow_blank=True, required=False)
    clinical_question = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    collected_at = serializers.DateTimeField(allow_null=True, required=False)
    wbc = WhiteBloodCells(
        max_digits=7,
        decimal_places=2,
        min_value=0,
        max_value=2000,
        allow_null=True,
        required=False,
        help_text="White blood cell count, 10^9/L.",
    )
    wbc_source = serializers.CharField(
        max_length=120, allow_blank=True, required=False, help_text="Where the count comes from."
    )
    wbc_measured_at = serializers.DateTimeField(allow_null=True, required=False)


class CaseIn(CaseChange):
    """A case to create for a patient of the caller's organisation, or of the clinic that a laboratory's client acts for."""

    patient = serializers.UUIDField(help_text="Id of the patient.")
    clinic = ClinicField()
    order = serializers.UUIDField(
        required=False,
        help_text="Id of the waiting order that the case is opened for. What the order says is not said again, or is the same.",
    )

    def validate_patient(self, value: Any) -> Patient:
        """Return the patient, if the caller may know of them; a foreign id reads like an unknown one."""
        patient = Patient.objects.visible_to(self.context["request"].user).filter(pk=value).first()
        if patient is None:
            raise serializers.ValidationError(NO_SUCH_PATIENT)
        return patient

    def validate_order(self, value: Any) -> Order:
        """Return the order, if the caller may know of it; a foreign id reads like an unknown one."""
        orders = Order.objects.visible_to(self.context["request"].user).select_related("patient", "clinic")
        order = orders.filter(pk=value).first()
        if order is None:
            raise serializers.ValidationError(NO_SUCH_ORDER)
        return order

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The case of an order is for its patient; a client that acts for a clinic opens cases for its patients only."""
        if "order" in attrs and attrs["patient"].pk != attrs["order"].patient_id:
            raise serializers.ValidationError({"patient": ANOTHER_PATIENT})
        if "clinic" in attrs and attrs["patient"].organisation_id != attrs["clinic"].pk:
            raise serializers.ValidationError({"patient": ANOTHER_CLINIC})
        return attrs


class CaseOut(serializers.Serializer):
    """A case in a list."""

    id = serializers.UUIDField()
    accession_number = serializers.CharField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    patient = serializers.UUIDField(source="patient_id")
    order = serializers.UUIDField(source="order.pk", allow_null=True, help_text="The order it was opened for.")
    resubmission_of = serializers.UUIDField(
        source="resubmission_of_id",
        allow_null=True,
        help_text="The case whose specimen was rejected, in whose place it was sent.",
    )
    clinic = OrganisationOut()
    laboratory = OrganisationOut()
    stain = serializers.ChoiceField(choices=Stain.choices)
    objective = serializers.IntegerField(allow_null=True)
    um_per_px = serializers.FloatField(allow_null=True)
    microscope = serializers.CharField(allow_blank=True)
    camera = serializers.CharField(allow_blank=True)
    clinical_question = serializers.CharField(allow_blank=True)
    collected_at = serializers.DateTimeField(allow_null=True)
    wbc = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    wbc_source = serializers.CharField(allow_blank=True)
    wbc_measured_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When its details, state or images last changed.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class RejectionOut(ToldInEnglish):
    """Why the laboratory could not use the specimen of a case."""

    reasons = serializers.ListField(child=serializers.ChoiceField(choices=SpecimenReason.choices))
    sentence = serializers.CharField(help_text="The reasons in words, for a person.")
    words = serializers.CharField(allow_blank=True, help_text="What the laboratory says besides.")
    needs_new_blood = serializers.BooleanField(help_text="Whether blood has to be taken again.")
    order = serializers.UUIDField(
        source="order_id", allow_null=True, help_text="The order that waits for another specimen since."
    )
    at = serializers.DateTimeField()


class CaseDetail(CaseOut):
    """A case with its images and, where the caller may see them, its cells per class."""

    rejection = RejectionOut(allow_null=True, help_text="Of a case in the state `rejected`.")
    images = ImageOut(many=True)
    sent_back = SentBackOut(many=True, help_text="Fields that wait to be taken again; they are not among `images`.")
    results_visible = serializers.BooleanField(help_text="Whether automatic results are shown to you.")
    results_note = serializers.CharField(help_text="Why, or what they are, in a sentence.")
    reviewed = serializers.BooleanField(help_text="Whether a pathologist has signed.")
    counts = serializers.DictField(
        child=serializers.IntegerField(min_value=0),
        help_text="Cells per class code, unidentified ones included; empty when not shown.",
    )


class SubmitIn(StrictBody):
    """What was seen before a case is submitted."""

    seen_poor_fields = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=1000,
        help_text="Ids of the fields of poor quality that a person has seen and submits all the same: those of a 409 `poor-fields`.",
    )


class SendAgainIn(StrictBody):
    """Another specimen in place of a rejected one."""

    accession_number = _accession_number()


class CancelIn(StrictBody):
    """Why a case or an order is cancelled."""

    reason = serializers.CharField(max_length=500)


def case_version(case: Case, image_hashes: list[str]) -> list[Any]:
    """Return the values that make up a case's version: what was entered, its images in their order and where it stands.

    Analyses running in the background are left out on purpose (see hematovision.rest.etags).
    """
    fields = [field for field in case._meta.concrete_fields if field.name != "updated_at"]
    entered = [getattr(case, field.attname) for field in fields]
    return [*entered, *image_hashes]
