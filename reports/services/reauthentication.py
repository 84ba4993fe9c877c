"""Who is at the keyboard, at the moment of signing (21 CFR 11.200).

The first signature of a session takes every component: password and second factor, or a passkey that verified its
user. Later ones of the same session take the personal component alone, until there was a break.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.middleware import needs_second_factor
from audit.middleware import client_ip
from hematovision.errors import PermissionRefused
from reports.models import SignatureMethod
from reports.services.signing import Proof

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

BREAK = dt.timedelta(minutes=30)
"""So long after the last signature every component is asked for again."""
_SESSION_KEY = "reports.signed_in_this_session"


class NotConfirmed(PermissionRefused):
    """The components given are not those of the signer; the sentence says what to give, not which part was wrong."""

    default_code = "not_confirmed"
    default_sentence = gettext_noop("That is not your password and second factor. Nothing was signed.")


@dataclass(frozen=True, slots=True)
class Components:
    """What a signer is asked for now."""

    code: bool
    key: bool
    is_first: bool


def components_for(request: HttpRequest, user: User) -> Components:
    """Return what `user` has to give for the next signature of this session."""
    first = not _signed_lately(request, user)
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    coded = bool(types & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES})
    return Components(code=first and coded, key=Authenticator.Type.WEBAUTHN in types, is_first=first)


def key_challenge(user: User) -> dict[str, Any]:
    """Return the options for the browser's question to a passkey or security key; the answer is good once."""
    found: dict[str, Any] = webauthn.begin_authentication(user)
    return found


def confirm_signer(
    request: HttpRequest, *, user: User, password: str = "", code: str = "", credential: str = ""
) -> Proof:
    """Return the proof that `user` is there, or raise `NotConfirmed`.

    Failures count towards the lock-out like those of signing in, and each is in the audit trail.
    """
    if needs_second_factor(user):
        raise NotConfirmed(
            _("Your role needs a second factor: set one up before you sign."), code="second_factor_required"
        )
    first = not _signed_lately(request, user)
    if credential:
        return _by_key(request, user, credential=credential, password=password, first=first)
    _password(request, user, password)
    if not first or not is_mfa_enabled(user):
        return _proof(user, SignatureMethod.PASSWORD, first=first)
    form = ReauthenticateForm(data={"code": code}, user=user)
    if not form.is_valid():
        raise NotConfirmed
    form.save()
    recovery = form.authenticator.type == Authenticator.Type.RECOVERY_CODES
    method = SignatureMethod.PASSWORD_AND_RECOVERY_CODE if recovery else SignatureMethod.PASSWORD_AND_CODE
    return _proof(user, method, first=first)


def note_signature(request: HttpRequest, user: User) -> None:
    """Remember that `user` signed in this session, so that the next signature takes the personal component alone."""
    request.session[_SESSION_KEY] = {"at": timezone.now().isoformat(), "who": _identity(user)}


def _signed_lately(request: HttpRequest, user: User) -> bool:
    mark = request.session.get(_SESSION_KEY)
    if not isinstance(mark, dict) or mark.get("who") != _identity(user):
        return False
    at = dt.datetime.fromisoformat(str(mark["at"]))
    # A clock set back counts as a break.
    return dt.timedelta(0) <= timezone.now() - at < BREAK


def _identity(user: User) -> str:
    """What a session's mark is bound to: this person with this password and these factors."""
    factors = Authenticator.objects.filter(user=user).order_by("pk").values_list("pk", flat=True)
    return f"{user.get_session_auth_hash()}:{','.join(map(str, factors))}"


def _password(request: HttpRequest, user: User, password: str) -> None:
    """Check the password the way signing in does, so that the lock-out sees it."""
    found = authenticate(request, email=user.email, password=password)
    if found is None or found.pk != user.pk:
        raise NotConfirmed
    AxesProxyHandler.reset_attempts(ip_address=client_ip(request), username=user.email)


def _by_key(request: HttpRequest, user: User, *, credential: str, password: str, first: bool) -> Proof:
    form = ReauthenticateWebAuthnForm(data={"credential": credential}, user=user)
    if not form.is_valid():
        raise NotConfirmed
    response = webauthn.parse_authentication_response(form.fields["credential"].to_python(credential))
    verified = response.response.authenticator_data.is_user_verified()
    if not verified:
        # A touch shows that the key is there, not whose hand it is.
        _password(request, user, password)
    post_authentication(request, form.cleaned_data["credential"], reauthenticated=True)
    return _proof(user, SignatureMethod.PASSKEY if verified else SignatureMethod.PASSWORD_AND_KEY, first=first)


def _proof(user: User, method: SignatureMethod, *, first: bool) -> Proof:
    return Proof(user=user.pk, method=method.value, session_first=first, at=timezone.now())
