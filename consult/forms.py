"""What is filled in to ask a colleague and to take part in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from consult.models import OpinionScope
from consult.models.clinic_thread import ENTRY_LENGTH
from consult.models.comment import COMMENT_LENGTH
from consult.selectors import cells_in_scope, colleagues_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from cases.models import Case

HOW = [("blind", _("Blinded")), ("open", pgettext_lazy("not blinded", "Open"))]


class PersonField(forms.ModelChoiceField):
    """A person, by their name."""

    def label_from_instance(self, obj: User) -> str:  # type: ignore[override]
        """Names suffice inside one laboratory."""
        return obj.full_name


class PeopleField(forms.ModelMultipleChoiceField):
    """People, by their names."""

    def label_from_instance(self, obj: User) -> str:  # type: ignore[override]
        """Names suffice inside one laboratory."""
        return obj.full_name


class AskForm(forms.Form):
    """Whom, how and about which cells."""

    colleague = PersonField(
        User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={
            "required": _("Choose whom to ask."),
            "invalid_choice": _("Choose a pathologist of your laboratory."),
        },
    )
    how = forms.ChoiceField(
        choices=HOW, initial="blind", error_messages={"required": _("Choose how the colleague reviews.")}
    )
    scope = forms.ChoiceField(
        choices=OpinionScope.choices, initial=OpinionScope.ALL, error_messages={"required": _("Choose the cells.")}
    )
    question = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: QueryDict | None, *, case: Case, user: User) -> None:
        super().__init__(data)
        field = self.fields["colleague"]
        assert isinstance(field, PersonField)  # noqa: S101 - for the type checker
        field.queryset = colleagues_of(user, case)
        self.counts = {scope: cells_in_scope(case, scope).count() for scope in OpinionScope}

    @property
    def scopes(self) -> list[tuple[str, str, int]]:
        """Each scope with its name and how many cells it holds now."""
        return [(scope.value, str(scope.label), self.counts[scope]) for scope in OpinionScope]


class CommentForm(forms.Form):
    """A contribution, and who is to be told of it."""

    text = forms.CharField(
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write something first.")},
    )
    mention = PeopleField(
        User.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Only pathologists of your laboratory can be mentioned.")},
    )

    def __init__(self, data: QueryDict | None, *, case: Case, user: User) -> None:
        super().__init__(data)
        field = self.fields["mention"]
        assert isinstance(field, PeopleField)  # noqa: S101 - for the type checker
        field.queryset = colleagues_of(user, case)


class ClinicEntryForm(forms.Form):
    """What laboratory or clinic writes to the other."""

    text = forms.CharField(
        label=_("Write"),
        max_length=ENTRY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something first.")},
    )
