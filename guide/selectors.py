"""What is still to do on somebody's first day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import ExpressionWrapper, Q
from django.db.models.fields import BooleanField

from accounts.models import User
from guide.first_steps import PLATFORM_STEPS, STEPS
from guide.models import FinishedStart

if TYPE_CHECKING:
    from guide.first_steps import Step


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One line of the list: what to do, where, and whether the record shows it done."""

    label: str
    address: str
    done: bool


def first_steps(user: User) -> list[FirstStep]:
    """The first steps of `user`, each with whether the record shows it done; none once the list was finished or hidden.

    One statement while there is a list beside the one that asks whether there is. The last step done is still in the
    list: whoever shows it ends it (`guide.services.finish_start`).
    """
    steps = _steps_of(user)
    if not steps or FinishedStart.objects.filter(user=user).exists():
        return []
    done = _done(user, steps)
    return [FirstStep(label=str(step.label), address=step.address(user), done=done[step.name]) for step in steps]


def _steps_of(user: User) -> tuple[Step, ...]:
    if user.organisation_id is None:
        return PLATFORM_STEPS if user.is_superuser else ()
    return STEPS.get(user.role, ())


def _done(user: User, steps: tuple[Step, ...]) -> dict[str, bool]:
    """Ask the record for all steps at once."""
    conditions = {step.name: ExpressionWrapper(Q(step.shown_by(user)), output_field=BooleanField()) for step in steps}
    row = User.objects.filter(pk=user.pk).order_by().annotate(**conditions).values(*conditions).get()
    return {name: bool(shown) for name, shown in row.items()}
