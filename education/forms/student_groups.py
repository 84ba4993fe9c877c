"""The name of a class, the code by which one joins, the list of who is in it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hematovision.forms import DescribedForm

_MOST_BYTES = 200_000


class GroupForm(DescribedForm):
    """The name of a class."""

    name = forms.CharField(label=_("Name of the class"), max_length=100)


class JoinForm(DescribedForm):
    """A code."""

    code = forms.CharField(
        label=_("Code of the class"),
        max_length=20,
        help_text=_("Eight letters and digits, from your teacher."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ListForm(DescribedForm):
    """A list as a file, or typed. `cleaned_data["text"]` has it either way."""

    file = forms.FileField(
        label=_("List as a file"),
        required=False,
        help_text=_("CSV with name and e-mail address, at most 200 lines."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )
    text = forms.CharField(
        label=_("List"),
        required=False,
        max_length=_MOST_BYTES,
        strip=False,
        help_text=_("One person a line: name, e-mail address."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Take the text of the file where there is one."""
        cleaned = super().clean() or {}
        sent = cleaned.get("file")
        if sent is not None:
            if sent.size > _MOST_BYTES:
                raise forms.ValidationError({"file": gettext("This file is too large for a list of 200 people.")})
            cleaned["text"] = _decoded(sent.read())
        if not cleaned.get("text", "").strip() and not self.errors:
            raise forms.ValidationError(gettext("Choose a file, or type the list."))
        return cleaned


def _decoded(content: bytes) -> str:
    """The text of a file in UTF-8; refused also where each letter has a NUL beside it, which is UTF-16 without its mark."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    if "\0" in text:
        raise _not_utf8()
    return text


def _not_utf8() -> forms.ValidationError:
    return forms.ValidationError({"file": gettext("Save the file as CSV in UTF-8, and send it again.")})
