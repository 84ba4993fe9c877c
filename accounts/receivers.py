"""Signing in and out, and what protects an account, go into the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from accounts.lockout import attempted_account
from accounts.models import User
from accounts.sessions import renew_reference, start_session
from accounts.verification import person_digest
from audit.models import Action, Outcome
from audit.services import record

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.http import HttpRequest

_OBJECT_TYPE = "accounts.user"


@receiver(user_logged_in)
def _signed_in(sender: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
    start_session(request.session)
    record(actor=user, action=Action.SIGN_IN, target=user)


@receiver(account_signals.authentication_step_completed)
def _confirmed_again(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Who proves again who they are gets a new session reference (OWASP ASVS 7.2.4); signing in brings one of its own."""
    if kwargs.get("reauthenticated"):
        renew_reference(request.session)


@receiver(user_logged_out)
def _signed_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(actor=user, action=Action.SIGN_OUT, target=user)


@receiver(user_login_failed)
def _sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Names the account that was tried. An unknown address is not kept: it may be a password typed too early."""
    _failed(Action.SIGN_IN_FAILED, _account(attempted_account(request, credentials)))


@receiver(user_locked_out)
def _locked_out(sender: Any, username: str, **kwargs: Any) -> None:
    _failed(Action.LOCKED_OUT, _account(username))


@receiver(mfa_signals.authentication_failed)
def _second_factor_failed(sender: Any, user: User, authenticator: Authenticator | None = None, **kwargs: Any) -> None:
    kind = getattr(authenticator, "type", "") or "code"
    record(
        actor=None,
        action=Action.SIGN_IN_FAILED,
        target=user,
        outcome=Outcome.DENIED,
        reason=f"Wrong second factor ({kind}).",  # not translated
    )


@receiver(mfa_signals.authenticator_added)
def _second_factor_added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(actor=user, action=Action.MFA_CHANGE, target=user, after={"added": str(authenticator.type)})


@receiver(mfa_signals.authenticator_removed)
def _second_factor_removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(
        actor=user,
        action=Action.MFA_CHANGE,
        target=user,
        before={"removed": str(authenticator.type)},
    )


@receiver(mfa_signals.authenticator_reset)
def _second_factor_reset(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record(
        actor=user,
        action=Action.MFA_CHANGE,
        target=user,
        after={"renewed": str(authenticator.type)},
    )


@receiver(account_signals.password_changed)
@receiver(account_signals.password_set)
def _password_changed(sender: Any, user: User, **kwargs: Any) -> None:
    record(actor=user, action=Action.PASSWORD_CHANGE, target=user)


@receiver(account_signals.password_reset)
def _password_reset(sender: Any, user: User, **kwargs: Any) -> None:
    record(actor=user, action=Action.PASSWORD_CHANGE, target=user, reason="By a link sent by e-mail.")  # not translated


@receiver(account_signals.email_changed)
def _address_changed(sender: Any, user: User, from_email_address: Any, to_email_address: Any, **kwargs: Any) -> None:
    record(
        actor=user,
        action=Action.UPDATE,
        target=user,
        before={"email": getattr(from_email_address, "email", None)},
        after={"email": to_email_address.email, "row": person_digest(User.objects.get(pk=user.pk))},
    )


def _account(email: str) -> User | None:
    return User.objects.filter(email=email).first() if email else None


def _failed(action: Action, account: User | None) -> None:
    record(
        actor=None,
        action=action,
        target=account,
        object_type=_OBJECT_TYPE,
        outcome=Outcome.DENIED,
        reason="" if account is not None else "No such account.",  # not translated
    )
