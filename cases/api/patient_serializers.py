"""A patient in and out of the API."""

from __future__ import annotations

from rest_framework import serializers

from cases.models import Sex


class PatientIn(serializers.Serializer):
    """A patient to register under the caller's organisation."""

    mrn = serializers.CharField(max_length=64, help_text="The organisation's medical record number.")
    family_name = serializers.CharField(max_length=150)
    given_name = serializers.CharField(max_length=150, allow_blank=True, default="")
    birth_date = serializers.DateField()
    sex = serializers.ChoiceField(choices=Sex.choices, default=Sex.UNKNOWN)


class PatientOut(serializers.Serializer):
    """A patient as the caller's organisation knows them."""

    id = serializers.UUIDField()
    organisation = serializers.SlugField(source="organisation.slug")
    mrn = serializers.CharField()
    family_name = serializers.CharField()
    given_name = serializers.CharField(allow_blank=True)
    birth_date = serializers.DateField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    created_at = serializers.DateTimeField()
