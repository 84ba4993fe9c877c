"""The demo accounts as the sign-in page offers them: one click each, on one's own machine only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.demo import NEWCOMER, demo_addresses
from accounts.models import Role, User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ROUTE = "demo_sign_in"
"""The name of the route that signs in; `hematovision.local_urls` alone has it."""

_SEES: dict[str, StrPromise] = {
    Role.UPLOADER: _("Opens cases, photographs smears, reads reports"),
    Role.PATHOLOGIST: _("Reviews cells by keyboard and signs"),
    Role.ADMINISTRATOR: _("Invites people, watches the model, connects systems"),
    Role.AUDITOR: _("Reads the audit trail and verifies it"),
    Role.STUDENT: _("Learns cells on pictures without a patient"),
}
_SEES_AT_FIRST = _("Begins today, with the list of first steps")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One button of the sign-in page: whose account it is, and what they see."""

    email: str
    name: str
    role: StrPromise
    place: str
    sees: StrPromise


def is_routed() -> bool:
    """Whether this installation has the address that signs in to demo accounts."""
    try:
        reverse(ROUTE)
    except NoReverseMatch:
        return False
    return True


def demo_accounts() -> list[DemoAccount]:
    """The demo accounts that exist here, a first one per role and who begins today, in the order in which a case passes them; none elsewhere."""
    if not is_routed():
        return []
    people = User.objects.filter(email__in=demo_addresses(), is_active=True).select_related("organisation")
    of_role: dict[str, list[User]] = {role: [] for role in _SEES}
    for person in sorted(people, key=lambda each: demo_addresses().index(each.email)):
        if person.email == NEWCOMER or not of_role[person.role]:
            of_role[person.role].append(person)
    return [
        DemoAccount(
            email=person.email,
            name=person.full_name,
            role=Role(role).label,
            place=str(person.organisation or ""),
            sees=_SEES_AT_FIRST if person.email == NEWCOMER else sees,
        )
        for role, sees in _SEES.items()
        for person in of_role[role]
    ]
