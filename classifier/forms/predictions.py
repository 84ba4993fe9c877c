"""What narrows the audit of predictions."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from cases.cell_classes import LABEL_CHOICES, UNIDENTIFIED
from cases.selectors import clinics_seen_by
from classifier.models import ModelVersion
from classifier.selectors import predictions_made_by, predictions_of_clinic

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from accounts.models import User
    from classifier.models import Prediction


class PredictionFilterForm(forms.Form):
    """Filters by date, clinic, model, class and score; what is empty does not narrow."""

    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    clinic = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, empty_label=_("Any"), label=_("Clinic")
    )
    model_version = forms.ModelChoiceField(
        ModelVersion.objects.none(), required=False, empty_label=_("Any"), label=_("Model")
    )
    label = forms.ChoiceField(
        required=False, choices=[("", _("Any")), *((code, _(label)) for code, label in LABEL_CHOICES)], label=_("Class")
    )
    score_from = forms.FloatField(
        required=False,
        min_value=0,
        max_value=100,
        label=_("Score from, %"),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    score_below = forms.FloatField(
        required=False,
        min_value=0,
        max_value=100,
        label=_("Score below, %"),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, label_suffix="")
        clinics: Any = self.fields["clinic"]
        clinics.queryset = clinics_seen_by(user)
        models: Any = self.fields["model_version"]
        models.queryset = ModelVersion.objects.all()

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        low, high = found.get("score_from"), found.get("score_below")
        if low is not None and high is not None and high <= low:
            self.add_error("score_below", _("This is not above the lower score."))
        return found

    def apply(self, predictions: QuerySet[Prediction]) -> QuerySet[Prediction]:
        """Narrow `predictions`; a form with errors finds nothing, rather than more than was asked for."""
        if not self.is_valid():
            return predictions.none()
        found = self.cleaned_data
        if found["since"]:
            predictions = predictions.filter(created_at__gte=_start_of(found["since"]))
        if found["until"]:
            predictions = predictions.filter(created_at__lt=_start_of(found["until"] + timedelta(days=1)))
        if found["clinic"]:
            predictions = predictions_of_clinic(predictions, pk=found["clinic"].pk)
        if found["model_version"]:
            predictions = predictions_made_by(predictions, [found["model_version"]])
        if found["label"] == UNIDENTIFIED:
            predictions = predictions.filter(identified=False)
        elif found["label"]:
            predictions = predictions.filter(label=found["label"])
        if found["score_from"] is not None:
            predictions = predictions.filter(score__gte=found["score_from"] / 100)
        if found["score_below"] is not None:
            predictions = predictions.filter(score__lt=found["score_below"] / 100)
        return predictions

    @property
    def narrows(self) -> dict[str, str]:
        """The filters in use, for the audit trail: coded values only."""
        if not self.is_valid():
            return {}
        return {
            name: str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }


def _start_of(day: dt.date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
