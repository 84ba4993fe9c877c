"""Clinics and laboratories in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import Organisation, OrganisationKind
from accounts.services import create_organisation, set_organisation_numbers, update_organisation

if TYPE_CHECKING:
    from django.http import HttpRequest


class OrganisationForm(forms.ModelForm[Organisation]):
    """An organisation, with what other systems call it as lines of text."""

    numbers = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Numbers in other systems",
        help_text="One a line: the system, a blank, the number.",
    )

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.name:
            self.initial["numbers"] = "\n".join(map(str, self.instance.numbers.all()))

    def clean_numbers(self) -> list[tuple[str, str]]:
        """Return the pairs of system and number."""
        lines = [line.split() for line in self.cleaned_data["numbers"].splitlines() if line.strip()]
        if any(len(words) != 2 for words in lines):
            raise forms.ValidationError("Write one number a line: the system, a blank, the number.")
        return [(system, value) for system, value in lines]


@admin.register(Organisation)
class OrganisationAdmin(ServiceAdmin):
    """A laboratory's administrator opens and closes its clinics; the superuser opens laboratories."""

    form = OrganisationForm
    list_display = ("name", "slug", "kind", "refers_to", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("refers_to",)
    search_fields = ("name", "slug")
    fields = (
        "name",
        "slug",
        "kind",
        "refers_to",
        "is_active",
        "blind_review",
        "unknown_camera",
        "poor_fields",
        "leave_out_metadata",
        "accession_pattern",
        "accession_strip",
        "report_language",
        "hl7_authority",
        "numbers",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        """Cases hang on kind, slug and laboratory, so they stay; a new one starts open."""
        if obj is not None:
            return ("slug", "kind", "refers_to")
        return tuple(name for name in self.fields if name not in {"name", "slug", "kind", "refers_to", "numbers"})

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer laboratories to the superuser only."""
        if db_field.name == "kind" and not request.user.is_superuser:
            kwargs["choices"] = [(OrganisationKind.CLINIC.value, OrganisationKind.CLINIC.label)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:  # noqa: FBT001
        """Create or update by service."""
        actor: Any = request.user
        if change:
            update_organisation(
                actor=actor,
                organisation=Organisation.objects.get(pk=obj.pk),
                name=obj.name,
                is_active=obj.is_active,
                blind_review=obj.blind_review,
                unknown_camera=obj.unknown_camera,
                poor_fields=obj.poor_fields,
                leave_out_metadata=obj.leave_out_metadata,
                accession_pattern=obj.accession_pattern,
                accession_strip=obj.accession_strip,
                report_language=obj.report_language,
                hl7_authority=obj.hl7_authority,
            )
            set_organisation_numbers(actor=actor, organisation=obj, numbers=form.cleaned_data["numbers"])
            return
        created = create_organisation(actor=actor, slug=obj.slug, name=obj.name, kind=obj.kind, refers_to=obj.refers_to)
        set_organisation_numbers(actor=actor, organisation=created, numbers=form.cleaned_data["numbers"])
        obj.__dict__.update(created.__dict__)
