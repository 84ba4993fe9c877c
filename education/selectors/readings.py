"""First answers as readings: of one person, and of the group they learn with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef

from cases.cell_classes import CLASS_CODES
from education.competence import Reading, Spread, by_class, overall, spread
from education.models import Answer, Attempt, AttemptItem, PredictionState, TeachingPrediction
from education.teaching_classes import at_depth

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Organisation, User

GROUP_FROM = 20
"""From this number of answers on a person is in the figures of the group."""
KEPT_S = 600
"""How long the figures of a group are kept: they are of everybody's answers, and nobody waits for the newest."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Where the people of a laboratory lie, each figure None where they are too few: kappa, and sensitivity by class."""

    kappa: Spread | None
    sensitivity: dict[str, Spread]


def first_answers(attempts: QuerySet[Attempt]) -> QuerySet[Answer]:
    """The answers that say what somebody knew: the first to each cell of an attempt that does not repeat wrong ones.

    What was taken back, skipped or recalled is left out.
    """
    earlier = AttemptItem.objects.filter(
        attempt=OuterRef("item__attempt"), cell=OuterRef("item__cell"), position__lt=OuterRef("item__position")
    )
    answers = Answer.objects.standing().filter(
        ~Exists(earlier), item__attempt__in=attempts.filter(wrong_again=False), item__skipped=False
    )
    return answers.exclude(item__cell__picture="")


def readings_of(user: User, moment: datetime, since: datetime | None = None) -> list[Reading]:
    """Everything that `user` answered against the truth, oldest first, as far as it is told at `moment`; begun `since`."""
    return first_readings(_told(user, moment, since))


def first_readings(attempts: QuerySet[Attempt]) -> list[Reading]:
    """The first answers of `attempts` against the truth, oldest first."""
    rows = first_answers(attempts).order_by("at", "pk").values_list(*_COLUMNS, "at")
    return [
        Reading(_truth(code, label, correct=correct, finer=finer), label, at.date())
        for code, label, correct, finer, at in rows
    ]


def readings_against_model(user: User, moment: datetime, since: datetime | None = None) -> list[Reading]:
    """The same answers against what a model says of the cells, as far as it names them; the latest model that was asked.

    A comparison and no marks: a model is never the truth. It knows the laboratory's classes alone, so finer answers count as those.
    """
    answers = first_answers(_told(user, moment, since)).exclude(label="")
    said = TeachingPrediction.objects.filter(state=PredictionState.DONE, cell__in=answers.values("item__cell"))
    labels = dict(said.filter(label__in=CLASS_CODES).order_by("asked_at").values_list("cell", "label"))
    rows = answers.order_by("at", "pk").values_list("item__cell", "label", "at")
    return [
        Reading(labels[cell], at_depth(label, finer=False), at.date()) for cell, label, at in rows if cell in labels
    ]


def group_figures(laboratory: Organisation | None, moment: datetime) -> GroupFigures:
    """The figures of everybody of a laboratory who has answered enough, up to `KEPT_S` old. They name nobody."""
    if laboratory is None:
        return GroupFigures(None, {})
    key = f"education.group.{laboratory.pk}"
    kept = cache.get(key)
    if kept is not None:
        kappa, sensitivity = kept
        return GroupFigures(
            Spread(**kappa) if kappa else None, {code: Spread(**each) for code, each in sensitivity.items()}
        )
    found = _counted(laboratory, moment)
    cache.set(
        key,
        [found.kappa and asdict(found.kappa), {code: asdict(each) for code, each in found.sensitivity.items()}],
        KEPT_S,
    )
    return found


def _counted(laboratory: Organisation, moment: datetime) -> GroupFigures:
    told = Attempt.objects.filter(student__organisation=laboratory).told_at(moment)
    theirs = readings_by_student(told, moment.date())
    enough = [readings for readings in theirs.values() if len(readings) >= GROUP_FROM]
    return GroupFigures(_spread_of_kappa(enough), _spreads_of_sensitivity(enough))


def readings_by_student(told: QuerySet[Attempt], day: date) -> dict[UUID, list[Reading]]:
    """What each student of attempts that are `told` answered; all as if on `day`, for figures that do not ask when."""
    rows = first_answers(told).order_by().values_list("item__attempt__student", *_COLUMNS)
    theirs: dict[UUID, list[Reading]] = defaultdict(list)
    for student, code, label, correct, finer, n in rows.annotate(n=Count("pk")):
        theirs[student] += [Reading(_truth(code, label, correct=correct, finer=finer), label, day)] * n
    return theirs


def readings_by_attempt(attempts: QuerySet[Attempt], day: date) -> dict[UUID, list[Reading]]:
    """The answers of each attempt against the truth, questions without an answer among them."""
    standing = {answer.item_id: answer for answer in Answer.objects.standing().filter(item__attempt__in=attempts)}
    items = AttemptItem.objects.filter(attempt__in=attempts, skipped=False).exclude(cell__picture="")
    found: dict[UUID, list[Reading]] = defaultdict(list)
    columns = "pk", "attempt", "cell__cell_class", "attempt__teaching_set__finer"
    for item, attempt, code, finer in items.order_by("attempt", "position").values_list(*columns):
        answer = standing.get(item)
        label, correct = (answer.label, bool(answer.correct)) if answer else ("", False)
        found[attempt].append(Reading(_truth(code, label, correct=correct, finer=finer), label, day))
    return found


def _told(user: User, moment: datetime, since: datetime | None) -> QuerySet[Attempt]:
    told = Attempt.objects.of(user).told_at(moment)
    return told if since is None else told.filter(started_at__gte=since)


_COLUMNS = "item__cell__cell_class", "label", "correct", "item__attempt__teaching_set__finer"


def _truth(code: str, label: str, *, correct: bool | None, finer: bool) -> str:
    # Right is what was right when it was answered.
    return label if correct else at_depth(code, finer=finer)


def _spread_of_kappa(people: Iterable[list[Reading]]) -> Spread | None:
    kappas = (overall(readings).kappa for readings in people)
    return spread([kappa for kappa in kappas if kappa is not None])


def _spreads_of_sensitivity(people: Iterable[list[Reading]]) -> dict[str, Spread]:
    shares: dict[str, list[float]] = defaultdict(list)
    for readings in people:
        for figures in by_class(readings):
            if figures.sensitivity.value is not None:
                shares[figures.code].append(figures.sensitivity.value)
    spreads = ((code, spread(values)) for code, values in shares.items())
    return {code: found for code, found in spreads if found is not None}
