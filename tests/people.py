"""The people of the tests: two laboratories, three clinics, one person per role. A pytest plugin."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from accounts.models import Organisation, OrganisationKind, Role, User

PASSWORD = "Smear-under-Glass-41"


def person(name: str, role: Role, organisation: Organisation) -> User:
    """Create an account that signs in with `PASSWORD`, its address verified."""
    user = User.objects.create_user(
        f"{name.lower()}@{organisation.slug}.example",
        PASSWORD,
        full_name=f"{name} {organisation.slug.split('-')[0].title()}",
        role=role,
        organisation=organisation,
        is_staff=role == Role.ADMINISTRATOR,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def laboratory(slug: str) -> Organisation:
    """Create a laboratory named after its slug."""
    return Organisation.objects.create(slug=slug, name=slug.replace("-", " ").title(), kind=OrganisationKind.LABORATORY)


def clinic(slug: str, refers_to: Organisation) -> Organisation:
    """Create a clinic that refers to a laboratory."""
    return Organisation.objects.create(
        slug=slug,
        name=slug.replace("-", " ").title(),
        kind=OrganisationKind.CLINIC,
        refers_to=refers_to,
    )


@pytest.fixture
def central(db) -> Organisation:
    """central-laboratory, which riverside and hilltop refer to."""
    return laboratory("central-laboratory")


@pytest.fixture
def riverside(central) -> Organisation:
    """Clinic A."""
    return clinic("riverside-clinic", central)


@pytest.fixture
def hilltop(central) -> Organisation:
    """Clinic B, of the same laboratory."""
    return clinic("hilltop-clinic", central)


@pytest.fixture
def northern(db) -> Organisation:
    """A laboratory that has nothing to do with the first."""
    return laboratory("northern-laboratory")


@pytest.fixture
def lakeside(northern) -> Organisation:
    """A clinic of the other laboratory."""
    return clinic("lakeside-clinic", northern)


@pytest.fixture
def amina(riverside) -> User:
    """Uploads at riverside-clinic."""
    return person("Amina", Role.UPLOADER, riverside)


@pytest.fixture
def bora(hilltop) -> User:
    """Uploads at hilltop-clinic."""
    return person("Bora", Role.UPLOADER, hilltop)


@pytest.fixture
def pavel(central) -> User:
    """Pathologist of central-laboratory."""
    return person("Pavel", Role.PATHOLOGIST, central)


@pytest.fixture
def olga(central) -> User:
    """Audits central-laboratory."""
    return person("Olga", Role.AUDITOR, central)


@pytest.fixture
def ines(central) -> User:
    """Administers central-laboratory and its clinics."""
    return person("Ines", Role.ADMINISTRATOR, central)


@pytest.fixture
def sami(central) -> User:
    """Student at central-laboratory."""
    return person("Sami", Role.STUDENT, central)


@pytest.fixture
def lars(lakeside) -> User:
    """Uploads at lakeside-clinic, of the other laboratory."""
    return person("Lars", Role.UPLOADER, lakeside)


@pytest.fixture
def nadia(northern) -> User:
    """Pathologist of northern-laboratory."""
    return person("Nadia", Role.PATHOLOGIST, northern)


@pytest.fixture
def petra(northern) -> User:
    """Administers northern-laboratory."""
    return person("Petra", Role.ADMINISTRATOR, northern)


@pytest.fixture
def timo(northern) -> User:
    """Audits northern-laboratory."""
    return person("Timo", Role.AUDITOR, northern)


@pytest.fixture
def root(db) -> User:
    """The platform's superuser, who belongs to no organisation."""
    user = User.objects.create_superuser("root@platform.example", PASSWORD, full_name="Root Platform")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def token_for(db):
    """Return a function that makes an API client and answers with the value of a bearer token for it.

    `token_for(organisation, "cases:read", ...)`: the token carries the given scopes.
    """
    import secrets
    from datetime import timedelta

    from allauth.idp.oidc.models import Token
    from django.utils import timezone

    from accounts.services import create_api_client

    def make(organisation: Organisation, *scopes: str, name: str = "", lasts_s: int = 3600) -> str:
        new = create_api_client(
            actor=None,
            name=name or f"LIS {secrets.token_hex(4)}",
            organisation=organisation,
            scopes=scopes,
        )
        value = secrets.token_urlsafe(32)
        token = Token(
            type=Token.Type.ACCESS_TOKEN,
            client=new.api_client.client,
            expires_at=timezone.now() + timedelta(seconds=lasts_s),
        )
        token.set_value(value)
        token.set_scopes(list(scopes))
        token.save()
        return value

    return make
