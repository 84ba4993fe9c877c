"""What a browser and a person say of where and when they are told."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from notices.models.push_endpoint import LONGEST_ADDRESS

# A point of P-256 has 65 bytes, the shared secret 16.
_POINT = RegexValidator(r"^[A-Za-z0-9_-]{87}$", _("This is no key of a browser."))
_SECRET = RegexValidator(r"^[A-Za-z0-9_-]{22}$", _("This is no key of a browser."))


class PushEndpointForm(forms.Form):
    """What a browser answers when it subscribes (`PushSubscription`)."""

    address = forms.CharField(max_length=LONGEST_ADDRESS)
    public_key = forms.CharField(validators=[_POINT])
    secret = forms.CharField(validators=[_SECRET])
    time_zone = forms.CharField(max_length=60, required=False)

    def clean_public_key(self) -> str:
        """The key is a point of the curve: nothing can be encrypted for another."""
        key: str = self.cleaned_data["public_key"]
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(f"{key}="))
        except ValueError as error:
            raise forms.ValidationError(_("This is no key of a browser.")) from error
        return key


class QuietHoursForm(forms.Form):
    """When nothing but what presses is told; the page's script says by whose clock."""

    quiet_from = forms.TimeField(required=False)
    quiet_until = forms.TimeField(required=False)
    time_zone = forms.CharField(max_length=60, required=False)
