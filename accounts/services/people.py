"""People: their accounts, roles and second factors."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, Role, User
from accounts.permissions import NEVER_TEACH, TEACH
from accounts.services.reach import cleaned, require_reach
from accounts.verification import person_digest
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, NotFound, Unprocessable
from hematovision.languages import in_language


@transaction.atomic
def add_person(
    *,
    actor: User | None,
    email: str,
    full_name: str,
    role: str,
    organisation: Organisation,
    password: str | None = None,
) -> User:
    """Create an account with a verified address. Invitations, API clients and the demo come through here.

    The caller has checked that the address belongs to the person and that `actor` may do this.
    Raises `Unprocessable` where role and organisation do not go together or the address is taken.
    """
    user = User(
        email=User.objects.normalize_email(email),
        full_name=full_name.strip(),
        role=role,
        organisation=organisation,
        is_staff=role == Role.ADMINISTRATOR,
    )
    user.set_password(password)
    cleaned(user)
    user.save()
    if role != Role.SERVICE:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(
        actor=actor,
        action=Action.CREATE,
        target=user,
        after={"role": role, "organisation": organisation.slug, "row": person_digest(user)},
    )
    return user


@transaction.atomic
def change_role(
    *,
    actor: User | None,
    user: User,
    role: str,
    organisation: Organisation | None = None,
    reason: str = "",
) -> User:
    """Give `user` another role, and with `organisation` another place to work.

    Raises `PermissionRefused`, `NotFound` (somebody of a foreign laboratory), `Conflict` (oneself, a service
    account, or the last administrator of a laboratory), `Unprocessable`.
    """
    stored = _reachable(actor, user)
    target = organisation or stored.organisation
    require_reach(actor, target)
    if Role.SERVICE in {stored.role, role}:
        raise Conflict(_("Service accounts belong to API clients and keep their role."))
    if actor is not None and actor.pk == stored.pk:
        raise Conflict(_("Nobody changes their own role."))
    before = {"role": stored.role, "organisation": getattr(stored.organisation, "slug", None)}
    if stored.role == Role.ADMINISTRATOR and (role != Role.ADMINISTRATOR or target != stored.organisation):
        _keep_an_administrator(stored)
    stored.role, stored.organisation = role, target
    stored.is_staff = role == Role.ADMINISTRATOR or stored.is_superuser
    cleaned(stored)
    after = {"role": stored.role, "organisation": getattr(target, "slug", None)}
    if after != before:
        stored.save(update_fields=["role", "organisation", "is_staff"])
        record(
            actor=actor,
            action=Action.PERMISSION_CHANGE,
            target=stored,
            reason=reason,
            before=before,
            after={**after, "row": person_digest(stored)},
        )
    return stored


@transaction.atomic
def rename_person(*, actor: User | None, user: User, full_name: str) -> User:
    """Correct a name. What was signed or recorded keeps the name as it was.

    People correct their own; administrators those of their people. Raises `NotFound`, `Unprocessable`.
    """
    stored = (
        User.objects.select_for_update().get(pk=user.pk)
        if actor is not None and actor.pk == user.pk
        else _reachable(actor, user)
    )
    before = stored.full_name
    stored.full_name = " ".join(full_name.split())
    cleaned(stored)
    if stored.full_name != before:
        stored.save(update_fields=["full_name"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=stored,
            before={"full_name": before},
            after={"full_name": stored.full_name, "row": person_digest(stored)},
        )
    return stored


@transaction.atomic
def choose_language(*, actor: User, language: str) -> User:
    """Have the pages, answers and e-mails for `actor` in a language: its code, or empty for what the browser asks for.

    Raises `Unprocessable` for a language that is not spoken here.
    """
    if language and language not in dict(settings.LANGUAGES):
        raise Unprocessable(_("There is no such language here."))
    stored = User.objects.select_for_update().get(pk=actor.pk)
    before = stored.language
    if language != before:
        stored.language = language
        stored.save(update_fields=["language"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=stored,
            before={"language": before},
            after={"language": language},
        )
    return stored


@transaction.atomic
def set_person_active(*, actor: User | None, user: User, is_active: bool, reason: str = "") -> User:
    """Close or reopen an account. Closing ends its sessions; nothing it did is removed.

    Raises `PermissionRefused`, `NotFound`, `Conflict` (oneself, or the last administrator).
    """
    stored = _reachable(actor, user)
    if actor is not None and actor.pk == stored.pk:
        raise Conflict(_("Nobody closes their own account."))
    if stored.is_active == is_active:
        return stored
    if not is_active and stored.role == Role.ADMINISTRATOR:
        _keep_an_administrator(stored)
    stored.is_active = is_active
    stored.save(update_fields=["is_active"])
    if not is_active:
        _end_sessions(stored)
    record(
        actor=actor,
        action=Action.PERMISSION_CHANGE,
        target=stored,
        reason=reason,
        before={"is_active": not is_active},
        after={"is_active": is_active, "row": person_digest(stored)},
    )
    return stored


@transaction.atomic
def set_teaching(*, actor: User | None, user: User, teaches: bool, reason: str = "") -> User:
    """Let somebody teach who is no pathologist, or no longer: make sets and classes, invite students, see their figures.

    Raises `PermissionRefused`, `NotFound`, `Conflict` for a student or a service account.
    """
    stored = _reachable(actor, user)
    if teaches and stored.role in NEVER_TEACH:
        raise Conflict(_("Students and service accounts do not teach."))
    app, _dot, codename = TEACH.partition(".")
    permission = Permission.objects.get(content_type__app_label=app, codename=codename)
    before = stored.user_permissions.filter(pk=permission.pk).exists()
    if before != teaches:
        (stored.user_permissions.add if teaches else stored.user_permissions.remove)(permission)
        record(
            actor=actor,
            action=Action.PERMISSION_CHANGE,
            target=stored,
            reason=reason,
            before={"teaches": before},
            after={"teaches": teaches},
        )
    return stored


@transaction.atomic
def reset_second_factor(*, actor: User | None, user: User, reason: str) -> None:
    """Remove every second factor of somebody who lost theirs, end their sessions, and tell them by e-mail.

    Raises `PermissionRefused`, `NotFound`, `Conflict` (oneself).
    """
    stored = _reachable(actor, user)
    if actor is not None and actor.pk == stored.pk:
        raise Conflict(_("Remove your own second factor from your profile."))
    kinds = sorted(Authenticator.objects.filter(user=stored).values_list("type", flat=True))
    Authenticator.objects.filter(user=stored).delete()
    _end_sessions(stored)
    transaction.on_commit(lambda: _tell_of_reset(stored))
    record(
        actor=actor,
        action=Action.MFA_CHANGE,
        target=stored,
        reason=reason,
        before={"second_factors": kinds},
        after={"second_factors": []},
    )


@transaction.atomic
def end_sessions(*, actor: User | None, user: User, reason: str) -> None:
    """Sign `user` out everywhere; the account stays open. For a lost laptop, or a browser somebody else sits at.

    Raises `PermissionRefused`, `NotFound`, `Conflict` (oneself: one's own are ended from the list of sessions).
    """
    stored = _reachable(actor, user)
    if actor is not None and actor.pk == stored.pk:
        raise Conflict(_("End your own sessions from your profile."))
    ended = _end_sessions(stored)
    record(actor=actor, action=Action.SIGN_OUT, target=stored, reason=reason, before={"sessions": ended})


def _reachable(actor: User | None, user: User) -> User:
    """The stored row of `user`, locked, if `actor` administers where they work."""
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.is_superuser and actor is not None and not actor.is_superuser:
        raise NotFound(_("There is no such person among those you administer."))
    require_reach(actor, stored.organisation)
    return stored


def _keep_an_administrator(leaving: User) -> None:
    """A laboratory without an administrator could be helped by the superuser only."""
    others = User.objects.filter(organisation=leaving.organisation, role=Role.ADMINISTRATOR, is_active=True).exclude(
        pk=leaving.pk
    )
    if leaving.organisation is not None and not others.exists():
        raise Conflict(_("This is the laboratory's last administrator: name another one first."))


def _tell_of_reset(user: User) -> None:
    with in_language(user.language):
        send_mail(
            _("HematoVision: your second factor was removed"),
            _(
                """An administrator removed the second factor of your account.

At the next sign-in your password is enough, and you will be asked to set up a new second factor if your role
needs one. If you did not ask for this, tell your laboratory at once.
"""
            ),
            settings.DEFAULT_FROM_EMAIL,
            [user.email],
        )


def _end_sessions(user: User) -> int:
    """End every session of `user`; how many there were."""
    sessions = UserSession.objects.purge_and_list(user)
    for session in sessions:
        session.end()
    return len(sessions)
