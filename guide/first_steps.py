"""What each role does on its first day: a sentence, where it is done, and how the record shows that it was.

A step is an `Exists` over the record, so that all steps of a person are one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Organisation, OrganisationKind, Role, User
from audit.models import Action, AuditEvent
from cases.models import Case, SmearImage
from education.models import Attempt, AttemptState
from inbox.models import Acknowledgement, CriticalLimits
from notices.models import Preference
from oversight.models import VerificationResult, VerificationRun
from reports.models import Signature
from review.models import ReviewAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a role. `shown_by` gives the condition under which it is done, `address` the page where it is done."""

    name: str
    label: StrPromise
    address: Callable[[User], str]
    shown_by: Callable[[User], Exists | Q]


def _at(route: str) -> Callable[[User], str]:
    return lambda _user: reverse(route)


def _own_laboratory(user: User) -> str:
    return reverse("admin:accounts_organisation_change", args=[user.organisation_id])


def _in_laboratory(user: User) -> Q:
    """Rows of the person's laboratory and of its clinics."""
    return Q(organisation=user.organisation_id) | Q(organisation__refers_to=user.organisation_id)


def _colleague(user: User) -> Q:
    colleagues = User.objects.filter(_in_laboratory(user)).exclude(Q(pk=user.pk) | Q(role=Role.SERVICE))
    return Exists(colleagues) | Exists(Invitation.objects.filter(_in_laboratory(user)))


def _verified(user: User) -> Q:
    asked = Exists(VerificationRun.objects.filter(asked_by=user))
    return asked | Exists(VerificationResult.objects.filter(asked_by=user))


_SECOND_FACTOR = Step(
    "second_factor",
    _("Protect your account with a second factor"),
    _at("mfa_index"),
    lambda user: Exists(
        Authenticator.objects.filter(user=user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
    ),
)
_COLLEAGUE = Step("colleague", _("Invite a colleague"), _at("admin:accounts_invitation_add"), _colleague)

STEPS: dict[str, tuple[Step, ...]] = {
    Role.UPLOADER: (
        _SECOND_FACTOR,
        Step(
            "open",
            _("Open your first case"),
            _at("workbench:new_case"),
            lambda user: Exists(Case.objects.filter(created_by=user)),
        ),
        Step(
            "add",
            _("Add photographs of the smear to it"),
            _at("workbench:worklist"),
            lambda user: Exists(SmearImage.objects.filter(uploaded_by=user)),
        ),
        Step(
            "submit",
            _("Submit it to the laboratory"),
            _at("workbench:worklist"),
            lambda user: Exists(Case.objects.filter(created_by=user, submitted_at__isnull=False)),
        ),
        Step(
            "acknowledge",
            _("Read a signed report and acknowledge it"),
            _at("inbox:inbox"),
            lambda user: Exists(Acknowledgement.objects.filter(by=user)),
        ),
    ),
    Role.PATHOLOGIST: (
        _SECOND_FACTOR,
        Step(
            "review",
            _("Review your first case"),
            _at("workbench:review"),
            lambda user: Exists(ReviewAction.objects.filter(by=user)),
        ),
        Step(
            "sign",
            _("Sign your first report"),
            _at("workbench:review"),
            lambda user: Exists(Signature.objects.filter(signer=user)),
        ),
        Step(
            "told",
            _("Choose how and when you are told of something new"),
            _at("notices:list"),
            lambda user: Exists(Preference.objects.filter(user=user)),
        ),
    ),
    Role.ADMINISTRATOR: (
        _SECOND_FACTOR,
        _COLLEAGUE,
        Step(
            "clinic",
            _("Add the first clinic"),
            _at("admin:accounts_organisation_add"),
            lambda user: Exists(Organisation.objects.filter(refers_to=user.organisation_id)),
        ),
        Step(
            "numbers",
            _("Say which form your accession numbers have"),
            _own_laboratory,
            lambda user: Exists(Organisation.objects.filter(people=user).exclude(accession_pattern="")),
        ),
        Step(
            "limits",
            _("Confirm your limits for critical results"),
            _at("inbox:limits"),
            lambda user: Exists(CriticalLimits.objects.filter(laboratory=user.organisation_id)),
        ),
    ),
    Role.AUDITOR: (
        _SECOND_FACTOR,
        Step(
            "trail",
            _("Verify the audit trail"),
            _at("audit:events"),
            lambda user: Exists(AuditEvent.objects.filter(actor_id=user.pk, action=Action.VERIFY)),
        ),
        Step("record", _("Have the whole record verified"), _at("oversight:verification"), _verified),
    ),
    Role.STUDENT: (
        _SECOND_FACTOR,
        Step(
            "begin",
            _("Begin your first set of cells"),
            _at("education:home"),
            lambda user: Exists(Attempt.objects.filter(student=user)),
        ),
        Step(
            "finish",
            _("Answer it to its end"),
            _at("education:home"),
            lambda user: Exists(Attempt.objects.filter(student=user, state=AttemptState.FINISHED)),
        ),
    ),
}

# Of whoever administers the platform and belongs to no laboratory.
PLATFORM_STEPS: tuple[Step, ...] = (
    _SECOND_FACTOR,
    Step(
        "laboratory",
        _("Add the first laboratory"),
        _at("admin:accounts_organisation_add"),
        lambda _user: Exists(Organisation.objects.filter(kind=OrganisationKind.LABORATORY)),
    ),
    Step(
        "administrator",
        _("Invite its administrator"),
        _at("admin:accounts_invitation_add"),
        lambda user: (
            Exists(User.objects.filter(role=Role.ADMINISTRATOR).exclude(pk=user.pk))
            | Exists(Invitation.objects.filter(role=Role.ADMINISTRATOR))
        ),
    ),
)
