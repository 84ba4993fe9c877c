"""What other systems call clinics and laboratories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationNumber
from accounts.services.reach import cleaned, require_reach
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


def set_organisation_numbers(
    *, actor: User | None, organisation: Organisation, numbers: Iterable[tuple[str, str]]
) -> list[OrganisationNumber]:
    """Make `numbers`, pairs of system and value, all numbers of the organisation; those left out are gone.

    Raises `PermissionRefused`, `NotFound`, `Unprocessable` for a pair that is none, and `Conflict` for the number of another place.
    """
    require_reach(actor, organisation)
    with transaction.atomic():
        stored = Organisation.objects.select_for_update().get(pk=organisation.pk)
        wanted = {(system.strip(), value.strip()) for system, value in numbers}
        present = {(number.system, number.value): number for number in stored.numbers.all()}
        if wanted == set(present):
            return list(stored.numbers.all())
        for pair in present.keys() - wanted:
            present[pair].delete()
        for system, value in sorted(wanted - present.keys()):
            _give(OrganisationNumber(organisation=stored, system=system, value=value))
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=stored,
            before={"numbers": sorted(" ".join(pair) for pair in present)},
            after={"numbers": sorted(" ".join(pair) for pair in wanted)},
        )
    return list(stored.numbers.all())


def _give(number: OrganisationNumber) -> None:
    if OrganisationNumber.objects.filter(system=number.system, value=number.value).exists():
        raise _taken(number)
    cleaned(number)
    try:
        with transaction.atomic():
            number.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(number) from error


def _taken(number: OrganisationNumber) -> Conflict:
    return Conflict(_("Another place has the number %(number)s.") % {"number": number}, code="number_taken")
