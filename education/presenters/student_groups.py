"""A class of students as its page and its file show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from education.competence import FEWEST_IN_A_GROUP
from education.models import Assignment, MailState
from education.selectors.readings import GROUP_FROM
from education.selectors.student_groups import ClassFigures, figures_of, given_with_finished
from education.services.join_codes import code_of
from education.teaching_classes import BY_CODE, TeachingClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from education.competence import Confusion, Share
    from education.models import StudentGroup
    from education.selectors.student_groups import MemberFigures

_LEVELS = ((0.9, "high"), (0.7, "middle"), (0.0, "low"))
"""From which share recognised on a field of the table has which shade."""


@dataclass(frozen=True, slots=True)
class HeatField:
    """One member and class. `level` is a shade beside the number, never in place of it; no share: not asked."""

    share: Share | None
    level: str


@dataclass(frozen=True, slots=True)
class HeatLine:
    """One member with a field for every class."""

    member: MemberFigures
    fields: list[HeatField]


@dataclass(frozen=True, slots=True)
class MixedUp:
    """A pair of classes that a class mixes up, and the address that begins a set of both."""

    true: TeachingClass
    taken_for: TeachingClass
    confusion: Confusion
    address: str


def group_context(group: StudentGroup, teacher: User) -> dict[str, Any]:
    """What the page of a class shows."""
    figures = figures_of(group, timezone.now())
    assignments = Assignment.objects.given_at(teacher).filter(group=group)
    return {
        "group": group,
        "code": code_of(group) if group.closed_at is None else None,
        "figures": figures,
        "classes": [BY_CODE[code] for code in figures.codes],
        "lines": [_line(member, figures.codes) for member in figures.members if member.by_class],
        "mixed_up": [mixed_up(pair) for pair in figures.mixed_up],
        **expected_context(group),
        "given": given_with_finished(assignments),
        "fewest": FEWEST_IN_A_GROUP,
        "counted_from": GROUP_FROM,
    }


def expected_context(group: StudentGroup) -> dict[str, Any]:
    """Who is invited and not here yet, and whether an invitation is still on its way."""
    expected = list(group.expected.all())
    return {
        "group": group,
        "expected": expected,
        "failed": sum(each.mail == MailState.FAILED for each in expected),
        "under_way": any(each.mail in {MailState.WAITING, MailState.SENDING} for each in expected),
    }


def mixed_up(pair: Confusion) -> MixedUp:
    """A pair with the address of a new set that asks for both of its classes."""
    pair_of = BY_CODE[pair.true], BY_CODE[pair.taken_for]
    query: list[tuple[str, str]] = [("classes", each.code) for each in pair_of]
    if not all(each.is_of_the_laboratory for each in pair_of):
        query.append(("finer", "on"))
    return MixedUp(*pair_of, pair, f"{reverse('education:new_set')}?{urlencode(query)}")


def group_rows(figures: ClassFigures) -> Iterator[tuple[object, ...]]:
    """The figures of a class as lines of a file, one a member, with the headings first."""
    yield (
        "name", "email", "attempts", "last_active", "right", "answers", "right_low", "right_high", "kappa", "kappa_low",
        "kappa_high", *(f"{code}_{part}" for code in figures.codes for part in ("right", "asked")),
    )  # fmt: skip
    for each in figures.members:
        interval = each.right.interval
        shares = [each.by_class.get(code) for code in figures.codes]
        yield (
            each.person.full_name,
            each.person.email,
            each.attempts,
            each.last_active.isoformat() if each.last_active else "",
            each.right.part,
            each.right.n,
            _number(interval.low if interval else None),
            _number(interval.high if interval else None),
            _number(each.kappa.kappa),
            _number(each.kappa.low),
            _number(each.kappa.high),
            *(value for share in shares for value in ((share.part, share.n) if share else (0, 0))),
        )


def _line(member: MemberFigures, codes: list[str]) -> HeatLine:
    shares = (member.by_class.get(code) for code in codes)
    return HeatLine(member, [HeatField(share, _level(share)) for share in shares])


def _level(share: Share | None) -> str:
    value = share.value if share is not None else None
    if value is None:
        return "none"
    return next(name for least, name in _LEVELS if value >= least)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
