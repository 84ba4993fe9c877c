"""What lower apps' pages show of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone

from cases.permissions import is_read_only
from cases.services.break_glass import may_break_glass
from cases.words import in_words
from oversight.drift import name_of
from oversight.times import time_in_words

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case
    from oversight.drift import Finding

register = template.Library()


@register.inclusion_tag("oversight/partials/break_glass_banner.html", takes_context=True)
def break_glass_banner(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Say on a case that is seen by break-glass alone until when that is, and that it is to read."""
    user: User = context["request"].user
    if not is_read_only(user, case):
        return {"access": None}
    access = case.break_glass_accesses.filter(user=user, expires_at__gt=timezone.now()).first()
    return {"access": access, "case": case}


@register.simple_tag(takes_context=True)
def offers_break_glass(context: dict[str, Any]) -> bool:
    """Whether the person looking could break the glass."""
    user: Any = context["request"].user
    return user.is_authenticated and may_break_glass(user)


@register.filter
def points(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign."""
    return "" if share is None else f"{share * 100:+.1f}".replace("-", "\u2212")


@register.filter
def card_share(right: dict[str, tuple[int, int]], code: str) -> float | None:
    """What the card measured for one class, as a fraction of 1; None where it knows none."""
    found = right.get(code)
    return found[0] / found[1] if found else None


@register.filter
def finding_name(finding: Finding) -> str:
    """What a finding of drift is about."""
    return in_words(name_of(finding))


register.filter("time_taken", time_in_words)
