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
_CLINICS = (("riverside-clinic", "Riverside Clinic"), ("hilltop-clinic", "Hilltop Clinic"))
_PEOPLE = (
    ("riverside-clinic", Role.UPLOADER, "Riverside Uploader"),
    ("hilltop-clinic", Role.UPLOADER, "Hilltop Uploader"),
    ("central-laboratory", Role.PATHOLOGIST, "Central Pathologist"),
    ("central-laboratory", Role.ADMINISTRATOR, "Central Administrator"),
    ("central-laboratory", Role.AUDITOR, "Central Auditor"),
    ("central-laboratory", Role.STUDENT, "Central Student"),
)


@transaction.atomic
def seed_people() -> list[User]:
    """Create the demo organisations and one person per role; what is there already stays as it is.

    Returns the people in a fixed order. Raises `PermissionRefused` where `DEMO_ACCOUNTS` is off: production has
    no account with a known password.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo accounts exist in local settings only.")
    laboratory = _laboratory(*_LABORATORY)
    places = {laboratory.slug: laboratory}
    for slug, name in _CLINICS:
        places[slug] = _clinic(slug, name, laboratory)
    return [_person(places[slug], role, name) for slug, role, name in _PEOPLE]


def _laboratory(slug: str, name: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is not None:
        return found
    created = create_organisation(actor=None, slug=slug, name=name, kind=OrganisationKind.LABORATORY)
    # Drawn smears are no camera that the model knows; the demo shows its names all the same, marked.
    return update_organisation(
        actor=None, organisation=created, name=name, is_active=True, unknown_camera=UnknownCamera.MARK
    )


def _clinic(slug: str, name: str, laboratory: Organisation) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    return found or create_organisation(
        actor=None, slug=slug, name=name, kind=OrganisationKind.CLINIC, refers_to=laboratory
    )


def _person(organisation: Organisation, role: Role, full_name: str) -> User:
    email = f"{role.value}@{organisation.slug}.example"
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
        password=DEMO_PASSWORD,
    )
