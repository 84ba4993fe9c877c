"""What somebody says about a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from education.models.discussion import COMMENT_LENGTH, MOST_ARROWS
from hematovision.forms import DescribedForm

if TYPE_CHECKING:
    from education.models import TeachingCaption

ENDS = ("x1", "y1", "x2", "y2")
"""Where an arrow begins and where its tip is."""


class CommentForm(DescribedForm):
    """A contribution to the talk about a cell."""

    text = forms.CharField(
        label=gettext_lazy("Your comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Write nothing about a patient."),
    )


class CaptionForm(DescribedForm):
    """A caption and up to four arrows, their ends in percent of the picture's side from its top left corner."""

    text = forms.CharField(
        label=gettext_lazy("Caption"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is to be seen here. Write nothing about a patient."),
    )

    def __init__(self, *args: Any, caption: TeachingCaption | None = None, **kwargs: Any) -> None:
        if caption is not None:
            kwargs["initial"] = {"text": caption.text} | {
                f"arrow{number}_{end}": round(share * 100)
                for number, arrow in enumerate(caption.arrows, start=1)
                for end, share in zip(ENDS, arrow, strict=True)
            }
        super().__init__(*args, **kwargs)
        labels = {"x1": _("from left"), "y1": _("from top"), "x2": _("tip left"), "y2": _("tip top")}
        for number in range(1, MOST_ARROWS + 1):
            for end in ENDS:
                field = forms.IntegerField(
                    label=labels[end],
                    min_value=0,
                    max_value=100,
                    required=False,
                    widget=forms.NumberInput(attrs={"data-end": end}),
                )
                self.fields[f"arrow{number}_{end}"] = field

    def clean(self) -> dict[str, Any]:
        """Take only whole arrows."""
        cleaned: dict[str, Any] = super().clean() or {}
        for number in range(1, MOST_ARROWS + 1):
            given = [cleaned.get(f"arrow{number}_{end}") for end in ENDS]
            if any(each is not None for each in given) and any(each is None for each in given):
                sentence = _("Arrow %(number)s needs all four numbers, or none.") % {"number": number}
                raise forms.ValidationError(sentence)
        return cleaned

    def arrows(self) -> list[list[float]]:
        """The arrows as shares of the picture's side; call it on a valid form."""
        rows = [[self.cleaned_data[f"arrow{number}_{end}"] for end in ENDS] for number in range(1, MOST_ARROWS + 1)]
        return [[each / 100 for each in row] for row in rows if None not in row]

    def rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each arrow with its number."""
        return [(number, [self[f"arrow{number}_{end}"] for end in ENDS]) for number in range(1, MOST_ARROWS + 1)]
