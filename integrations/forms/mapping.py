"""A mapping and its next version: one table at a time, typed or as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from cases.models import OrderRejection, SpecimenReason
from hematovision.forms import DescribedForm
from integrations.codes import REJECT_REASONS
from integrations.mapping_files import UnreadableTableError, read_table
from integrations.mapping_rows import KEYS, TABLES, default_rows

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation as Place
    from integrations.mapping_rows import Rows

MOST_TYPED = 100
"""Longer tables come as a file: nobody types them, and a page of them is no help."""
EMPTY_ROWS = 3
MOST_FILE_BYTES = 1024 * 1024

TITLES = {
    "results": _("Results"),
    "services": _("Orders that are taken"),
    "authorities": _("Assigning authorities"),
    "locations": _("Locations"),
    "rejections": _("Reasons for rejecting"),
    "signers": _("Signers"),
}
HINTS = {
    "results": _("The code and unit of each result. A result without a row holds its message until there is one."),
    "services": _("What may be ordered. Without a row anything is taken."),
    "authorities": _(
        "Whose record numbers an assigning authority gives: the clinic that a patient of a message belongs to."
    ),
    "locations": _("Where a patient lies, for authorities that serve several clinics."),
    "rejections": _("What the laboratory says when it rejects a specimen, as a code of HL7 table 0490."),
    "signers": _("The number of a person who signs, as the receiver knows them."),
}
MEMBERS = {
    "class": _("Result of"),
    "quantity": _("Quantity"),
    "code": _("Code"),
    "text": _("Name"),
    "system": _("Code system"),
    "local_code": _("Their code"),
    "local_text": _("Their name"),
    "unit": _("Unit (UCUM)"),
    "authority": _("Assigning authority"),
    "clinic": _("Clinic"),
    "location": _("Location"),
    "reason": _("Reason"),
    "person": _("Person"),
}


class NewMappingForm(DescribedForm):
    """What a mapping is called."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example: Codes of the hospital LIS. It starts with LOINC and UCUM."),
    )


class VersionForm(DescribedForm):
    """From when a version is in force, and what is new in it. `seen` is the number of the one before."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    effective_from = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC. Empty: at once."),
    )
    note = forms.CharField(
        label=_("What is new"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def begins(self) -> dt.datetime:
        """When the version begins."""
        given: dt.datetime | None = self.cleaned_data["effective_from"]
        return given or timezone.now()


class FileForm(VersionForm):
    """A whole table as a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("As the download below gives it: the first line names the columns. It replaces the whole table."),
    )

    def __init__(self, *args: Any, table: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table

    def clean_file(self) -> list[dict[str, str]]:
        """Return the rows of the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_FILE_BYTES:
            raise forms.ValidationError(gettext("The file is larger than 1 MB."))
        try:
            return read_table(file.read(), self._table)
        except UnreadableTableError as error:
            raise forms.ValidationError(str(error)) from error


def typed_rows(data: Any, table: str, *, number_stored: int) -> list[dict[str, str]]:
    """Return the rows that the inputs `row-NUMBER-MEMBER` of a table hold; one that is empty all over is left out.

    Of the first `number_stored` results nobody can empty what they are of: such a row is left out where the rest is empty.
    """
    members, found = TABLES[table], []
    for number in range(MOST_TYPED + EMPTY_ROWS):
        row = {name: str(data.get(f"row-{number}-{name}", "")).strip() for name in members}
        is_fixed = table == "results" and number < number_stored
        if any(value for name, value in row.items() if not (is_fixed and name in KEYS[table])):
            found.append(row)
    return found


def choices_of(table: str, laboratory: Place) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen for a member of a table; a member that is not in it is typed."""
    if table == "results":
        known = default_rows()["results"]
        return {key: [(value, value) for value in dict.fromkeys(row[key] for row in known)] for key in KEYS[table]}
    if table in {"authorities", "locations"}:
        clinics = Organisation.objects.filter(refers_to=laboratory).order_by("name")
        return {"clinic": [(clinic.slug, clinic.name) for clinic in clinics]}
    if table == "signers":
        people = User.objects.filter(organisation=laboratory, role="pathologist").order_by("full_name")
        return {"person": [(str(person.pk), person.full_name) for person in people]}
    if table == "rejections":
        codes = [(code, f"{code}: {text}") for code, text in sorted(REJECT_REASONS.items())]
        reasons = dict(SpecimenReason.choices) | dict(OrderRejection.choices)
        return {"reason": [(str(key), str(label)) for key, label in reasons.items()], "code": codes}
    return {}


def with_table(rows: Rows, table: str, found: list[dict[str, str]]) -> Rows:
    """Return `rows` with one table replaced."""
    return {**rows, table: found}
