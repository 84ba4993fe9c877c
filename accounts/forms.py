"""Forms of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import ask_for_password_reset
from hematovision.languages import language_names

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrPromise


class ForgottenPasswordForm(forms.Form):
    """Takes an address and looks nothing up: what a stranger learns from the answer is that it was taken."""

    email = forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def clean_email(self) -> str:
        """The address in the spelling that accounts have."""
        return str(get_adapter().clean_email(self.cleaned_data["email"].lower()))

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        """Hand the address to a worker (the name and arguments are django-allauth's)."""
        email: str = self.cleaned_data["email"]
        ask_for_password_reset(email=email)
        return email


class AcceptInvitationForm(forms.Form):
    """Name and password of somebody who was invited. The service judges the password."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=200,
        help_text=_("As it should stand on reports and in the record."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, object]:
        """Both passwords are the same."""
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        return data


class LanguageSelect(forms.Select):
    """A list of languages, each read out in itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Say of a language's name which language it is in."""
        option = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["lang"] = str(value)
        return option


def _languages() -> list[tuple[str, str | StrPromise]]:
    return [("", _("As the browser asks")), *language_names()]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What people may change about themselves."""

    language = forms.ChoiceField(label=_("Language"), required=False, choices=_languages, widget=LanguageSelect)

    class Meta:
        model = User
        fields = ("full_name", "language")
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}
