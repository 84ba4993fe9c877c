"""What several pages of the workbench ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Organisation

if TYPE_CHECKING:
    from accounts.models import User


def clinics_to_choose_from(user: User) -> list[Organisation]:
    """Return the clinics to filter by; none where there is nothing to choose."""
    found = Organisation.objects.filter(Q(refers_to=user.organisation_id) | Q(pk=user.organisation_id))
    clinics = list(found.order_by("name"))
    return clinics if len(clinics) > 1 else []
