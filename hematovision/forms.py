"""What every form of ours shares: errors tied to their fields for those who cannot see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from hematovision.errors import DomainError


def uuid_or_none(text: str) -> UUID | None:
    """Return the id that an address or a form names; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


class DescribedForm(forms.Form):
    """A form that takes a service's refusal as an error beside a field.

    Django itself ties hints and errors to the fields with `aria-describedby` and `aria-invalid`.
    """

    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def refuse(self, error: DomainError, *, field: str | None = None) -> None:
        """Show the sentence of `error` by the field it names, by `field`, or above the form.

        An `errors` member of the error's details maps field names to lists of sentences.
        """
        named = error.details.get("errors")
        if isinstance(named, dict):
            known = {name: text for name, text in named.items() if name in self.fields}
            for name, sentences in known.items():
                self.add_error(name, sentences)
            if known:
                return
        self.add_error(field if field in self.fields else None, error.sentence)
