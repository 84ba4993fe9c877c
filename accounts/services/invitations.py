"""Invitations: how people get an account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.conf import absolute_url
from accounts.models import Invitation, Organisation, Role, User
from accounts.permissions import may_bring_in_students
from accounts.services.people import add_person
from accounts.services.reach import cleaned, require_reach
from accounts.signals import invitation_accepted
from accounts.verification import invitation_digest
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, NotFound, PermissionRefused, TooManyAttempts, Unprocessable

if TYPE_CHECKING:
    from datetime import datetime

MOST_STUDENTS_A_DAY = 400
"""How many invitations of students one teacher sends in 24 hours."""


def invite_user(*, actor: User | None, email: str, role: str, organisation: Organisation) -> tuple[Invitation, str]:
    """Ask somebody to join; returns the invitation and the token of its link, which is in the e-mail as well.

    An earlier open invitation to the same address is withdrawn. Raises `PermissionRefused`, `NotFound` (foreign
    organisation), `Conflict` (the address has an account already), `Unprocessable`.
    """
    require_reach(actor, organisation)
    if role == Role.SERVICE:
        raise Unprocessable(_("Service accounts are made for API clients, not invited."))
    with transaction.atomic():
        invitation, token = _invite(actor, email, role, organisation)
        transaction.on_commit(lambda: send_invitation(invitation, token))
    return invitation, token


def invite_student(*, actor: User, email: str) -> tuple[Invitation, str]:
    """Ask somebody to join the laboratory of a teacher as a student: the one invitation that needs no administrator.

    An open invitation of the same address to learn there is replaced; any other stands, so that nobody loses what an
    administrator gave them. Returns the invitation and the token of its link, which `send_invitation` sends.
    Raises `PermissionRefused`, `Conflict`, `Unprocessable`, `TooManyAttempts`.
    """
    laboratory = require_invitations(actor, 1)
    waiting = Invitation.objects.open().filter(email__iexact=User.objects.normalize_email(email))
    if waiting.exclude(role=Role.STUDENT, organisation=laboratory).exists():
        raise Conflict(_("This person has another invitation that is still open."))
    return _invite(actor, email, Role.STUDENT, laboratory)


def require_invitations(actor: User, number: int) -> Organisation:
    """Refuse unless `actor` may invite so many students now; returns to which laboratory.

    Raises `PermissionRefused` unless they teach, `TooManyAttempts` where it were more than a teacher sends in a day.
    """
    laboratory = actor.laboratory if may_bring_in_students(actor) else None
    if laboratory is None:
        raise PermissionRefused(_("Only who teaches at a laboratory may invite its students."))
    day = Invitation.objects.filter(
        invited_by=actor, role=Role.STUDENT, created_at__gt=timezone.now() - timedelta(days=1)
    )
    if day.count() + number > MOST_STUDENTS_A_DAY:
        raise TooManyAttempts(
            _("You have invited %(most)s people in 24 hours, which is the limit. Nothing was sent. Go on tomorrow.")
            % {"most": MOST_STUDENTS_A_DAY},
            code="invitations_a_day",
        )
    return laboratory


def _invite(actor: User | None, email: str, role: str, organisation: Organisation) -> tuple[Invitation, str]:
    address = User.objects.normalize_email(email)
    if not organisation.is_active:
        raise Conflict(_("This organisation is closed."))
    if User.objects.filter(email=address).exists():
        raise Conflict(_("There is an account with this e-mail address already."))
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        for earlier in Invitation.objects.filter(
            email__iexact=address, accepted_at__isnull=True, withdrawn_at__isnull=True
        ):
            _withdraw(actor, earlier, "Replaced by a newer invitation.")  # not translated
        invitation = Invitation(
            email=address,
            role=role,
            organisation=organisation,
            invited_by=actor,
            token_hash=_hash(token),
            expires_at=_expiry(),
        )
        _check_fit(invitation)
        cleaned(invitation)
        invitation.save()
        record(
            actor=actor,
            action=Action.INVITE,
            target=invitation,
            laboratory_id=getattr(organisation.laboratory, "pk", None),
            after={
                "email": address,
                "role": role,
                "organisation": organisation.slug,
                "row": invitation_digest(invitation),
            },
        )
    return invitation, token


def resend_invitation(*, actor: User | None, invitation: Invitation) -> tuple[Invitation, str]:
    """Invite the same person again with a new link; the link sent before stops working.

    Returns and raises as `invite_user`; `Conflict` as well for an invitation that was accepted.
    """
    require_reach(actor, invitation.organisation)
    with transaction.atomic():
        stored = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if stored.accepted_at is not None:
            raise Conflict(_("This invitation was accepted already."))
        newer, token = invite_user(actor=actor, email=stored.email, role=stored.role, organisation=stored.organisation)
        record(
            actor=actor,
            action=Action.UPDATE,
            target=newer,
            laboratory_id=getattr(stored.organisation.laboratory, "pk", None),
            reason="Sent again.",
            after={"sent_again": str(stored.pk)},
        )
    return newer, token


def invitation_link(token: str) -> str:
    """Return the address at which the invited person makes the account."""
    return absolute_url(reverse("accounts:accept_invitation", args=[token]))


def find_invitation(token: str) -> Invitation:
    """The open invitation that `token` belongs to; raises `NotFound` with one sentence for every other case."""
    found = (
        Invitation.objects.open()
        .select_related("organisation__refers_to")
        .filter(token_hash=_hash(token), organisation__is_active=True)
        .first()
    )
    if found is None:
        raise NotFound(_("This invitation was used, withdrawn or has expired. Ask your administrator for a new one."))
    return found


@transaction.atomic
def accept_invitation(*, token: str, full_name: str, password: str) -> User:
    """Create the account that an invitation promises; the invitation can then not be used again.

    Raises `NotFound` (used, withdrawn, expired), `Conflict` (address taken meanwhile), `Unprocessable` (weak
    password, empty name).
    """
    invitation = Invitation.objects.select_for_update().get(pk=find_invitation(token).pk)
    if invitation.state != "open":
        raise NotFound(_("This invitation was used, withdrawn or has expired."))
    if User.objects.filter(email=invitation.email).exists():
        raise Conflict(_("There is an account with this e-mail address already: sign in with it."))
    name = " ".join(full_name.split())
    if not name:
        raise Unprocessable(_("Give the name that your reports and records should carry."))
    try:
        validate_password(password, User(email=invitation.email, full_name=name, organisation=invitation.organisation))
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages)) from error
    user = add_person(
        actor=None,
        email=invitation.email,
        full_name=name,
        role=invitation.role,
        organisation=invitation.organisation,
        password=password,
    )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    invitation_accepted.send(sender=User, user=user)
    record(
        actor=user,
        action=Action.UPDATE,
        target=invitation,
        before={"state": "open"},
        after={"state": "accepted"},
    )
    return user


@transaction.atomic
def withdraw_invitation(*, actor: User | None, invitation: Invitation) -> None:
    """Take an invitation back. Raises `PermissionRefused`, `NotFound`, `Conflict` (accepted already)."""
    require_reach(actor, invitation.organisation)
    stored = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if stored.accepted_at is not None:
        raise Conflict(_("This invitation was accepted already: close the account instead."))
    if stored.withdrawn_at is None:
        _withdraw(actor, stored, "")


def _withdraw(actor: User | None, invitation: Invitation, reason: str) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    record(
        actor=actor,
        action=Action.CANCEL,
        target=invitation,
        laboratory_id=getattr(invitation.organisation.laboratory, "pk", None),
        reason=reason,
    )


def _check_fit(invitation: Invitation) -> None:
    """Say now, not when it is accepted, that the role does not belong in this organisation."""
    try:
        User(role=invitation.role, organisation=invitation.organisation).clean()
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages)) from error


def send_invitation(invitation: Invitation, token: str) -> None:
    """Send it in the language of whoever invites: nobody knows yet which one the invited person wants.

    Raises `OSError` where the mail server does not take it.
    """
    body = render_to_string(
        "accounts/email/invitation.txt",
        {
            "invitation": invitation,
            "url": invitation_link(token),
        },
    )
    send_mail(
        _("HematoVision: invitation to %(place)s") % {"place": invitation.organisation.name},
        body,
        settings.DEFAULT_FROM_EMAIL,
        [invitation.email],
    )


def _hash(token: str) -> str:
    # A token of 256 random bits needs no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()


def _expiry() -> datetime:
    return timezone.now() + timedelta(days=getattr(settings, "INVITATION_DAYS", 7))
