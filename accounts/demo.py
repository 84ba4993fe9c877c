"""Demo people and places, for local use only."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.models import Organisation, OrganisationKind, Role, UnknownCamera, User
from accounts.services import add_person, create_organisation, update_organisation
from hematovision.errors import PermissionRefused

DEMO_PASSWORD = "smear-demo-2026"  # noqa: S105 - printed at every start; exists in local settings only

_LABORATORY = ("central-laboratory", "Central Laboratory")
# Who gives the clinic's record numbers: with it a signed demo report can go to a laboratory system at once.
_CLINICS = (("riverside-clinic", "Riverside Clinic", "RIVERSIDE"), ("hilltop-clinic", "Hilltop Clinic", "HILLTOP"))
_PEOPLE = (
    ("riverside-clinic", "uploader", Role.UPLOADER, "Riverside Uploader"),
    ("hilltop-clinic", "uploader", Role.UPLOADER, "Hilltop Uploader"),
    ("central-laboratory", "pathologist", Role.PATHOLOGIST, "Central Pathologist"),
    # A second opinion is a colleague's.
    ("central-laboratory", "second.pathologist", Role.PATHOLOGIST, "Second Pathologist"),
    ("central-laboratory", "administrator", Role.ADMINISTRATOR, "Central Administrator"),
    # A connection is switched on by another administrator than the one who saved it.
    ("central-laboratory", "second.administrator", Role.ADMINISTRATOR, "Second Administrator"),
    ("central-laboratory", "auditor", Role.AUDITOR, "Central Auditor"),
    ("central-laboratory", "student", Role.STUDENT, "Central Student"),
    # Begins today: the first steps are still to be done.
    ("hilltop-clinic", "new.uploader", Role.UPLOADER, "New Uploader"),
)
NEWCOMER = "new.uploader@hilltop-clinic.example"
"""Who has done nothing yet."""
_CLASSMATES = ("Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
"""With the student ten people: of fewer nothing is said of how others answered a cell."""


@transaction.atomic
def seed_people() -> list[User]:
    """Create the demo organisations and their people, somebody of every role; what is there already stays as it is.

    Returns the people in a fixed order. Raises `PermissionRefused` where `DEMO_ACCOUNTS` is off: production has
    no account with a known password.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo accounts exist in local settings only.")
    laboratory = _laboratory(*_LABORATORY)
    places = {laboratory.slug: laboratory}
    for slug, name, authority in _CLINICS:
        places[slug] = _clinic(slug, name, authority, laboratory)
    return [_person(places[slug], mailbox, role, name) for slug, mailbox, role, name in _PEOPLE]


@transaction.atomic
def seed_classmates() -> list[User]:
    """Create the students who learn beside the demo student; what is there already stays as it is.

    Call it after `seed_people`. Nobody signs in as them: their accounts have no password. Raises `PermissionRefused` where
    `DEMO_ACCOUNTS` is off.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo accounts exist in local settings only.")
    place = Organisation.objects.get(slug=_LABORATORY[0])
    return [
        _person(place, f"{each.lower()}.student", Role.STUDENT, f"{each} Student", password=None)
        for each in _CLASSMATES
    ]


def demo_addresses() -> list[str]:
    """The e-mail addresses of the demo people, in the order in which they are made."""
    return [_address(place, mailbox) for place, mailbox, _, _ in _PEOPLE]


def _address(place: str, mailbox: str) -> str:
    return f"{mailbox}@{place}.example"


def _laboratory(slug: str, name: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is not None:
        return found
    created = create_organisation(actor=None, slug=slug, name=name, kind=OrganisationKind.LABORATORY)
    # Drawn smears are no camera that the model knows; the demo shows its names all the same, marked.
    return update_organisation(
        actor=None, organisation=created, name=name, is_active=True, unknown_camera=UnknownCamera.MARK
    )


def _clinic(slug: str, name: str, authority: str, laboratory: Organisation) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is not None:
        return found
    created = create_organisation(actor=None, slug=slug, name=name, kind=OrganisationKind.CLINIC, refers_to=laboratory)
    return update_organisation(actor=None, organisation=created, name=name, is_active=True, hl7_authority=authority)


def _person(
    organisation: Organisation, mailbox: str, role: Role, full_name: str, *, password: str | None = DEMO_PASSWORD
) -> User:
    email = _address(organisation.slug, mailbox)
    found = User.objects.filter(email=email).first()
    if found is not None:
        EmailAddress.objects.get_or_create(user=found, email=email, defaults={"verified": True, "primary": True})
        return found
    return add_person(
        actor=None,
        email=email,
        full_name=full_name,
        role=role,
        organisation=organisation,
        password=password,
    )
