"""What a laboratory calls critical."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.permissions import refuse
from hematovision.errors import Unprocessable
from inbox.critical_limits import MEASURES
from inbox.models import CriticalLimits
from inbox.permissions import may_set_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import Organisation, User

_HIGHEST = Decimal(1000)


@transaction.atomic
def set_critical_limits(
    *, actor: User, laboratory: Organisation, limits: Mapping[str, Mapping[str, str]]
) -> CriticalLimits:
    """Set limits of a laboratory; they hold for reports sent from now on.

    `limits` is `{code: {"low": text, "high": text}}`; an empty text is no limit, a measure that is not named keeps
    what is in force. Raises `PermissionRefused`, and
    `Unprocessable` with the fields that are wrong in `details`.
    """
    if not may_set_limits(actor, laboratory):
        refuse(
            actor=actor,
            object_type="inbox.criticallimits",
            sentence=gettext_noop("Critical limits are set by administrators."),
        )
    errors: dict[str, str] = {}
    clean: dict[str, dict[str, str]] = {}
    for measure in MEASURES:
        entry = limits.get(measure.code)
        if entry is None:
            continue
        low = _limit(entry.get("low", ""), f"{measure.code}-low", errors)
        high = _limit(entry.get("high", ""), f"{measure.code}-high", errors)
        if low and high and Decimal(low) >= Decimal(high):
            errors[f"{measure.code}-low"] = _("The lower limit must be below the upper one.")
        clean[measure.code] = {"low": low, "high": high}
    if errors:
        raise Unprocessable(_("Correct the limits marked below."), code="invalid", details={"errors": errors})
    stored = CriticalLimits.objects.select_for_update().filter(laboratory=laboratory).first()
    before = stored.limits if stored is not None else None
    if stored is None:
        stored = CriticalLimits(laboratory=laboratory)
    stored.limits, stored.changed_by = {**stored.limits, **clean}, actor
    stored.save()
    if before != stored.limits:
        record(
            actor=actor,
            action=Action.CONFIGURATION,
            target=stored,
            laboratory_id=laboratory.pk,
            before=before,
            after=stored.limits,
        )
    return stored


def _limit(typed: str, name: str, errors: dict[str, str]) -> str:
    """Return a typed limit as plain decimal text, empty for none; notes what is wrong with it."""
    text = typed.strip().replace(",", ".", 1)
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        errors[name] = _("Type a number, or leave it empty.")
        return ""
    if not number.is_finite() or not 0 <= number <= _HIGHEST:
        errors[name] = _("Type a number from 0 to 1000.")
        return ""
    return f"{number:f}"
