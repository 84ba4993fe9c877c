"""A proficiency test that is given."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from education.models import SetState, TeachingSet, TeachingSetCell
from education.services.proficiency import testable
from hematovision.forms import DescribedForm


class SetField(forms.ModelChoiceField):
    """A choice of sets, those that ship in the language of the page."""

    def label_from_instance(self, obj: TeachingSet) -> str:
        """Return its title."""
        return obj.shown_title


class TestForm(DescribedForm):
    """Which set, who takes it, and until when."""

    teaching_set = SetField(
        queryset=TeachingSet.objects.none(),
        label=_("Set"),
        help_text=_("None of the people below may have answered it before."),
    )
    people = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), label=_("Who takes it"), widget=forms.CheckboxSelectMultiple
    )
    due_at = forms.DateTimeField(
        label=_("Closes"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC. Until then nobody sees an answer, you neither."),
    )

    def __init__(self, *args: Any, teacher: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sets = TeachingSet.objects.of_laboratory(teacher).filter(state=SetState.OPEN, adaptive=False)
        sets = sets.filter(Exists(TeachingSetCell.objects.filter(teaching_set=OuterRef("pk"))))
        self.fields["teaching_set"].queryset = sets  # type: ignore[attr-defined]
        self.fields["people"].queryset = testable(teacher)  # type: ignore[attr-defined]


class EndForm(DescribedForm):
    """When a test closes."""

    due_at = forms.DateTimeField(
        label=_("Closes"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC, for everybody who takes it."),
    )
