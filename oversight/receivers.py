"""What this app does when something happens below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases.models import BreakGlassAccess
from notices.services import notify
from oversight.selectors.overseers import overseers_of

if TYPE_CHECKING:
    from uuid import UUID

BREAK_GLASS = "break-glass"


def tell_owners_of_break_glass(sender: Any, access_id: UUID, **kwargs: Any) -> None:
    """Tell the administrators and auditors of the laboratory whose case somebody else opened."""
    access = BreakGlassAccess.objects.select_related("case", "user__organisation").get(pk=access_id)
    notify(
        recipients=overseers_of(access.case.laboratory_id),
        kind=BREAK_GLASS,
        subject_id=access.pk,
        text="Somebody of another organisation opened one of your cases by break-glass access.",
        path=reverse("oversight:break_glass_list"),
    )
