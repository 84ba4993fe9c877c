"""Asking for a training."""

from __future__ import annotations

from typing import Any

from django import forms

from training_runs.models import TrainingRun
from training_runs.sources import available_sources, data_folder

ASKED = (
    "name",
    "version",
    "backbone",
    "start_weights",
    "size_px",
    "um_per_px",
    "head_epochs",
    "epochs",
    "rate",
    "batch",
    "seed",
    "skip_bad",
    "mixed_sizes",
    "reason",
)


class TrainingForm(forms.ModelForm[TrainingRun]):
    """What a person decides about a training; the folders on offer are those in the training data folder."""

    sources = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = TrainingRun
        fields = ("sources", *ASKED)
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = self.fields["sources"]
        if isinstance(sources, forms.MultipleChoiceField):
            sources.choices = [(name, name) for name in available_sources()]
            sources.help_text = (
                f"Folders named after classes, CSV files or BCCD, below {data_folder()}."  # not translated
                if sources.choices
                else f"There is nothing to learn from yet: put folders named after classes, CSV files or BCCD into {data_folder()}."  # not translated
            )
