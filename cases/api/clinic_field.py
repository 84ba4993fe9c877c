"""Under which clinic a record is entered: a laboratory's client says it, everybody else enters under their own place."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.permissions import acts_for_clinics
from cases.selectors import places_acted_for

MISSING = _("Name the clinic: a laboratory's client enters records for one of its clinics.")
NOT_YOURS_TO_SAY = _(
    "Leave this out: you enter records for your own organisation. A laboratory's client names a clinic."
)
NO_SUCH_CLINIC = _("There is no such clinic among those that refer to your laboratory.")


class ClinicField(serializers.SlugField):
    """The slug of a clinic, asked of a laboratory's client and refused from everybody else; becomes the `Organisation`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=80,
            required=False,
            help_text="Slug. Clients of a laboratory have to name one of its clinics, or the laboratory itself for what "
            "it enters for itself; from everybody else it is refused.",
            **options,
        )

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Ask a laboratory's client for the clinic it left out."""
        if data is serializers.empty and acts_for_clinics(self.context["request"].user):
            raise serializers.ValidationError(MISSING)
        return super().validate_empty_values(data)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the clinic; one of another laboratory reads like an unknown one."""
        slug = super().run_validation(data)
        user: Any = self.context["request"].user
        if not acts_for_clinics(user):
            raise serializers.ValidationError(NOT_YOURS_TO_SAY)
        found = places_acted_for(user).filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError(NO_SUCH_CLINIC)
        return found
