"""A set that a teacher makes, and to whom it is given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from education.models import Feedback, StudentGroup
from education.services.student_groups import people_of
from education.services.teaching_sets import ASKS
from education.teaching_classes import FINER, OF_THE_LABORATORY
from education.words import class_choices
from hematovision.forms import DescribedForm


def _moment_field(label: Any, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=help_text,
    )


class SetForm(DescribedForm):
    """What a quiz asks, how, and whom. Of one that was answered the words and the closing are left."""

    title = forms.CharField(label=_("Title"), max_length=120)
    about = forms.CharField(
        label=_("What it is about"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    classes = forms.MultipleChoiceField(
        label=_("Classes"), required=False, choices=class_choices, widget=forms.CheckboxSelectMultiple
    )
    finer = forms.BooleanField(label=_("Ask for finer classes, such as bands"), required=False)
    adaptive = forms.BooleanField(label=_("Ask next what teaches most"), required=False)
    length = forms.IntegerField(label=_("Cells"), min_value=5, max_value=200, initial=20)
    feedback = forms.ChoiceField(label=_("Feedback"), choices=Feedback.choices, initial=Feedback.AT_ONCE)
    seconds_each = forms.IntegerField(
        label=_("Seconds for each cell"),
        required=False,
        min_value=3,
        max_value=600,
        help_text=_("Empty: as long as somebody wants."),
    )
    repeats = forms.BooleanField(label=_("May be repeated"), required=False, initial=True)
    for_everybody = forms.BooleanField(
        label=_("For everybody at the laboratory, also to whom it is not given"), required=False, initial=True
    )
    certificate = forms.BooleanField(label=_("Leads to a certificate"), required=False)
    opens_at = _moment_field(_("Opens"), _("In UTC. Empty: at once."))
    closes_at = _moment_field(_("Closes"), _("In UTC. Empty: when a teacher closes it."))

    def __init__(self, *args: Any, answered: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ASKS if answered else ():
            del self.fields[name]

    @property
    def laboratory_classes(self) -> list[Any]:
        """The boxes of the laboratory's classes."""
        return self._boxes({each.code for each in OF_THE_LABORATORY})

    @property
    def finer_classes(self) -> list[Any]:
        """The boxes of the finer ones."""
        return self._boxes({each.code for each in FINER})

    def _boxes(self, codes: set[str]) -> list[Any]:
        return [box for box in self["classes"] if box.data["value"] in codes]


class GiveForm(DescribedForm):
    """A class, people, or both, and until when."""

    group = forms.ModelChoiceField(
        queryset=StudentGroup.objects.none(), label=_("Class"), required=False, empty_label=_("No class")
    )
    people = forms.ModelMultipleChoiceField(queryset=User.objects.none(), label=_("People"), required=False)
    due_at = _moment_field(_("Due"), _("In UTC. Afterwards it can still be answered, and is shown as overdue."))

    def __init__(self, *args: Any, teacher: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = StudentGroup.objects.taught_by(teacher).filter(closed_at__isnull=True)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["people"].queryset = people_of(teacher)  # type: ignore[attr-defined]
