"""Which cell to ask next, from what somebody answered so far. Pure and seeded, no database.

For each ordered pair of classes (true c, taken for d) the share of confusions is a Beta(1 + wrong, 3 + right), in which an
answer counts half after `HALF_LIFE` answers. A cell scores

    0.5 * sd of its class's Beta * sqrt(12) + 0.3 * expected confusion of the class's worst pair
    + 0.2 * (1 - |P(right) - 0.7| / 0.7) - 1 where it was seen in the last 50,

that is: what we know least, what is confused most, and what is neither too easy nor too hard. A pair is a pair of both its
classes: who takes monocytes for lymphocytes learns the border from either side. The class is drawn first, by softmax of the
score of its best cell, and the cell within it second: drawn in one step, a class would be asked the more often the more
pictures there are of it. A cell answered wrong comes back after 5, 20 and 60 answers, at every second question at most;
without that limit somebody who begins would see the same six cells for ever. No class is asked thrice in a row.

Beta posteriors of confusions as in Bayesian knowledge tracing (Corbett and Anderson 1995); spacing as in Pimsleur 1967.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import exp, sqrt
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HALF_LIFE = 60
"""Answers after which an answer counts half."""
COMES_BACK_AFTER = (5, 20, 60)
"""Answers after which a cell answered wrong is asked again: after the wrong one, after the first right one, after the second."""
JUST_SEEN = 50
"""Questions within which a cell is not drawn again unless every other was."""
RUN = 2
"""How often in a row one class is asked at most."""
WARMTH = 0.1
"""Divides scores of cells before the softmax: the smaller, the more surely the best is drawn."""
WARMTH_OF_CLASSES = 0.05
"""The same for classes."""
AIM = 0.7
"""The share of right answers at which a cell teaches most."""

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Id]):
    """A cell that may be asked. `asked` and `right` count everybody's first answers to it."""

    id: Id
    cell_class: str
    asked: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Past(Generic[Id]):
    """A question that was answered: the class of its cell, and what was answered (empty: nothing)."""

    id: Id
    cell_class: str
    answered: str

    @property
    def is_right(self) -> bool:
        """Whether the answer was the class of the cell."""
        return self.answered == self.cell_class


def next_cell(candidates: Sequence[Candidate[Id]], history: Sequence[Past[Id]], *, seed: int) -> Id:
    """Return the id of the candidate to ask after `history`, oldest first.

    The same candidates in whatever order, history and seed give the same cell. Raises `ValueError` where there is no candidate.
    """
    if not candidates:
        message = "There is no cell to choose from."  # not translated
        raise ValueError(message)
    # Text is hashed by Random itself (SHA-512), so the draw does not depend on the process.
    random = Random(f"{seed} {len(history)}")  # noqa: S311 - no secret
    allowed = sorted(_not_thrice(candidates, history), key=lambda each: (each.cell_class, str(each.id)))
    back = coming_back(history)
    due = [each for each in allowed if each.id in back]
    if due:
        return max(due, key=lambda each: back[each.id]).id
    wrong, right = _weighed(history)
    just_seen = {past.id for past in history[-JUST_SEEN:]}
    scores: dict[str, list[tuple[float, Candidate[Id]]]] = defaultdict(list)
    for each in allowed:
        score = _of_class(each.cell_class, wrong, right) + 0.2 * _worth(each) - (each.id in just_seen)
        scores[each.cell_class].append((score, each))
    classes = list(scores)
    best = [max(score for score, _ in scores[code]) for code in classes]
    cells = scores[classes[_draw(random, best, WARMTH_OF_CLASSES)]]
    return cells[_draw(random, [score for score, _ in cells], WARMTH)][1].id


def class_scores(history: Sequence[Past[Id]], classes: Sequence[str]) -> dict[str, float]:
    """What asking each class would teach after `history`, 0 to 0.8: how little is known of it, and how much it is confused."""
    wrong, right = _weighed(history)
    return {code: _of_class(code, wrong, right) for code in classes}


def _not_thrice(candidates: Sequence[Candidate[Id]], history: Sequence[Past[Id]]) -> Sequence[Candidate[Id]]:
    last = {past.cell_class for past in history[-RUN:]}
    if len(history) < RUN or len(last) > 1:
        return candidates
    # Where a set has one class alone there is no other to ask.
    return [each for each in candidates if each.cell_class not in last] or candidates


def coming_back(history: Sequence[Past[Id]]) -> dict[Id, int]:
    """Return the cells due to be asked again and by how many answers they are overdue; none when the last question was such a one."""
    step: dict[Id, int] = {}
    seen: dict[Id, int] = {}
    came_back = False
    for number, past in enumerate(history):
        came_back = past.id in step and number - seen[past.id] > COMES_BACK_AFTER[step[past.id]]
        seen[past.id] = number
        if not past.is_right:
            step[past.id] = 0
        elif past.id in step:
            step[past.id] += 1
            if step[past.id] == len(COMES_BACK_AFTER):
                del step[past.id]
    if came_back:
        return {}
    overdue = {each: len(history) - 1 - seen[each] - COMES_BACK_AFTER[step[each]] for each in step}
    return {each: late for each, late in overdue.items() if late >= 0}


def _weighed(history: Sequence[Past[Id]]) -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, float]]:
    """Wrong answers by class and answer, right ones by class, older ones weighing less."""
    wrong: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    right: dict[str, float] = defaultdict(float)
    for age, past in enumerate(reversed(history)):
        weight = 0.5 ** (age / HALF_LIFE)
        if past.is_right:
            right[past.cell_class] += weight
        else:
            wrong[past.cell_class][past.answered] += weight
    return wrong, right


def _of_class(code: str, wrong: Mapping[str, Mapping[str, float]], right: Mapping[str, float]) -> float:
    a, b = 1 + sum(wrong.get(code, {}).values()), 3 + right.get(code, 0)
    deviation = sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    confused = [
        (1 + times) / (1 + times + 3 + right.get(true, 0))
        for true, taken_for in wrong.items()
        for taken, times in taken_for.items()
        if code in {true, taken}
    ]
    return 0.5 * deviation * sqrt(12) + 0.3 * max([1 / (1 + b), *confused])


def _worth(candidate: Candidate[Id]) -> float:
    expected = (candidate.right + 2) / (candidate.asked + 4)
    return 1 - abs(expected - AIM) / AIM


def _draw(random: Random, scores: Sequence[float], warmth: float) -> int:
    """An index, drawn by softmax."""
    best = max(scores)
    return random.choices(range(len(scores)), [exp((score - best) / warmth) for score in scores])[0]
