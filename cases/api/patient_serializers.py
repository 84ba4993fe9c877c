"""A patient in and out of the API."""

from __future__ import annotations

from rest_framework import serializers

from cases.api.birth_date import BirthDate
from cases.api.clinic_field import ClinicField
from cases.models import CorrectionReason, Patient, Sex
from cases.partial_date import PRECISIONS
from hematovision.rest.bodies import StrictBody
from hematovision.rest.etags import version_tag

BIRTH_DATE = "1961-03-05; 1961-03 or 1961 where no more is known, null where nothing is."


class PatientIn(StrictBody):
    """A patient to register under the caller's organisation, or under the clinic that a laboratory's client acts for."""

    mrn = serializers.CharField(max_length=64, help_text="The organisation's medical record number.")
    family_name = serializers.CharField(max_length=150)
    given_name = serializers.CharField(max_length=150, allow_blank=True, default="")
    birth_date = BirthDate(help_text=BIRTH_DATE)
    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)
    clinic = ClinicField()


class NumberIn(StrictBody):
    """What another system calls the patient."""

    system = serializers.CharField(max_length=120, help_text="Who gave it: an OID, an address, a short name.")
    value = serializers.CharField(max_length=64)


class PatientCorrection(StrictBody):
    """What is corrected, and why. At least two of record number, name and birth date stay as they are."""

    numbers = serializers.ListField(
        child=NumberIn(),
        required=False,
        max_length=20,
        help_text="All numbers in other systems: those left out end, and still find the patient.",
    )

    mrn = serializers.CharField(max_length=64, required=False)
    family_name = serializers.CharField(max_length=150, required=False)
    given_name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    birth_date = BirthDate(required=False, help_text=BIRTH_DATE)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    reason = serializers.ChoiceField(choices=CorrectionReason.choices)
    note = serializers.CharField(
        max_length=500, allow_blank=True, default="", help_text="Needed where the reason is `other`; encrypted."
    )


class PatientOut(serializers.Serializer):
    """A patient as the caller's organisation knows them."""

    id = serializers.UUIDField()
    organisation = serializers.SlugField(source="organisation.slug")
    mrn = serializers.CharField()
    family_name = serializers.CharField()
    given_name = serializers.CharField(allow_blank=True)
    birth_date = BirthDate(source="born", read_only=True, help_text=BIRTH_DATE)
    birth_date_precision = serializers.ChoiceField(choices=PRECISIONS)
    sex = serializers.ChoiceField(choices=Sex.choices)
    created_at = serializers.DateTimeField()
    merged_into = serializers.UUIDField(
        source="merged_into_id", allow_null=True, help_text="The patient who stands for this person now."
    )


class NumberOut(serializers.Serializer):
    """What another system calls the patient, or called them until `until`."""

    system = serializers.CharField()
    value = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class FormerIdentityOut(serializers.Serializer):
    """The identifiers as they stood until a correction."""

    mrn = serializers.CharField()
    family_name = serializers.CharField()
    given_name = serializers.CharField(allow_blank=True)
    birth_date = BirthDate(source="born", read_only=True, help_text=BIRTH_DATE)
    birth_date_precision = serializers.ChoiceField(choices=PRECISIONS)
    sex = serializers.ChoiceField(choices=Sex.choices)
    until = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=CorrectionReason.choices)


class PatientDetail(PatientOut):
    """A patient with what they were called before, newest first, and what other systems call them."""

    numbers = NumberOut(many=True)
    former_identities = FormerIdentityOut(many=True)


def patient_tag(patient: Patient) -> str:
    """Return the patient's entity tag: what corrections, numbers and merges leave behind is the version."""
    numbers = [(number.pk, number.until) for number in patient.numbers.all()]
    return version_tag(
        [patient.pk, patient.former_identities.count(), sorted(map(str, numbers)), patient.merged_into_id]
    )
