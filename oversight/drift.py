"""Has the model become worse than its card says? Pure arithmetic, no database.

Two questions, because they find different things.

*Level*: over the cells at hand, is a class recognised less often than on the card's validation set, or are more cells
left unidentified? Fisher's exact test on the two counts (Fisher 1935), one-sided, so that the card's own uncertainty
counts as well. An alarm needs both a probability below `ALARM` divided by the number of questions asked (Bonferroni)
and a difference that matters (`MARGIN`); large numbers alone must not alarm. Fewer than `FEWEST` cells are not judged.

*Change over time*: a cumulative sum of log-likelihood ratios against a doubling of the odds of error (Page 1954; with
each class's own error rate, as Steiner et al. 2000 do for case mix). While nothing has changed the time between false
alarms is at least exp(`LIMIT`) cells (Wald's inequality; Lorden 1971), about 160,000; a doubling of 7 % errors is found
after some 500 cells.

Cells of one smear are not independent, so both are somewhat eager; an alarm says "look at these cells", not "stop".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln

from cases.cell_classes import BY_CODE, CLASS_CODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oversight.agreement import Comparison, Share

ALARM = 0.01
WATCH = 0.05
MARGIN = 0.03
FEWEST = 30
LIMIT = 12.0
ODDS_RATIO = 2.0
_CARD_SETS = ("validation after calibration", "validation")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the card promises: per class how many of how many were right, and the share left unidentified."""

    name: str
    right: Mapping[str, tuple[int, int]]
    unidentified: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One question answered. `verdict` is "ok", "watch", "alarm" or "few" (too few cells to say)."""

    what: str
    code: str
    observed: Share
    expected: float
    p: float | None
    verdict: str

    @property
    def difference(self) -> float | None:
        """Observed minus expected, in fractions of 1."""
        return None if self.observed.share is None else self.observed.share - self.expected


@dataclass(frozen=True, slots=True)
class Period:
    """Cells of one stretch of time: by the reviewer's class, how many and how many the model had wrong."""

    label: str
    cells: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Step:
    """The cumulative sum after one period."""

    label: str
    n: int
    wrong: int
    sum: float
    alarm: bool


def expectation_of(card: Mapping[str, Any]) -> Expectation | None:
    """Read the validation figures of a model card; None where it holds none that can be compared with."""
    metrics = card.get("metrics")
    if not isinstance(metrics, dict):
        return None
    for name in _CARD_SETS:
        result = metrics.get(name)
        table = result.get("per_class") if isinstance(result, dict) else None
        if isinstance(result, dict) and isinstance(table, dict) and table:
            right = {
                code: (round(float(line["recall"]) * int(line["support"])), int(line["support"]))
                for code, line in table.items()
                if code in CLASS_CODES and int(line.get("support", 0)) > 0
            }
            left = result.get("unidentified")
            n = int(result.get("n") or 0)
            share = left.get("share") if isinstance(left, dict) else None
            unidentified = (round(float(share) * n), n) if share is not None and n else None
            return Expectation(name=name, right=right, unidentified=unidentified) if right else None
    return None


def judge(found: Comparison, expected: Expectation) -> list[Finding]:
    """Compare `found` with the card, question by question, the alarming first."""
    asked = [
        ("sensitivity", line.code, line.sensitivity, expected.right[line.code])
        for line in found.lines
        if line.code in expected.right
    ]
    if expected.unidentified is not None and found.n:
        asked.append(("unidentified", "", found.unidentified, expected.unidentified))
    judged = sum(share.n >= FEWEST for _, _, share, _ in asked)
    findings = [_judge(what, code, share, card, judged) for what, code, share, card in asked]
    order = {"alarm": 0, "watch": 1, "ok": 2, "few": 3}
    return sorted(findings, key=lambda finding: order[finding.verdict])


def _judge(what: str, code: str, share: Share, card: tuple[int, int], questions: int) -> Finding:
    k0, n0 = card
    level = k0 / n0
    if share.n < FEWEST:
        return Finding(what, code, share, level, None, "few")
    worse_when_higher = what == "unidentified"
    bad, bad0 = (share.k, k0) if worse_when_higher else (share.n - share.k, n0 - k0)
    p = fisher_more(bad, share.n, bad0, n0)
    matters = bad / share.n - bad0 / n0 >= MARGIN
    verdict = "ok"
    if matters and p < ALARM / max(1, questions):
        verdict = "alarm"
    elif matters and p < WATCH:
        verdict = "watch"
    return Finding(what, code, share, level, p, verdict)


def fisher_more(k: int, n: int, k0: int, n0: int) -> float:
    """Return the one-sided exact probability of `k` or more of `n`, when both sets have one rate and `k0` of `n0`.

    The sum of the hypergeometric distribution from `k` up, given k + k0 hits among n + n0.
    """
    hits, total = k + k0, n + n0
    x = np.arange(k, min(n, hits) + 1, dtype=np.float64)
    logs = _log_choose(hits, x) + _log_choose(total - hits, n - x) - _log_choose(total, np.float64(n))
    return min(1.0, float(np.exp(logs).sum()))


def _log_choose(n: int, k: Any) -> Any:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def cumulate(periods: Sequence[Period], expected: Expectation) -> list[Step]:
    """Return the cumulative sum after each period, oldest first; classes the card does not know are left out.

    The card's error rate of a class is (wrong + 1) / (n + 2): one that was never wrong there may be once here.
    """
    weights = {code: _weights((n0 - k0 + 1) / (n0 + 2)) for code, (k0, n0) in expected.right.items()}
    steps: list[Step] = []
    level = 0.0
    for period in periods:
        n = wrong = 0
        change = 0.0
        for code, (cells, errors) in period.cells.items():
            if code in weights:
                at_error, at_hit = weights[code]
                change += errors * at_error + (cells - errors) * at_hit
                n, wrong = n + cells, wrong + errors
        level = max(0.0, level + change)
        steps.append(Step(period.label, n, wrong, level, alarm=level > LIMIT))
    return steps


def _weights(rate: float) -> tuple[float, float]:
    """Log-likelihood ratios of one error and of one hit, for odds of error `ODDS_RATIO` times those of `rate`."""
    worse = ODDS_RATIO * rate / (1 - rate + ODDS_RATIO * rate)
    return log(worse / rate), log((1 - worse) / (1 - rate))


def cells_between_false_alarms() -> float:
    """How many cells pass at least, on average, before an alarm without a cause."""
    return exp(LIMIT)


def name_of(finding: Finding) -> str:
    """What a finding is about, for people."""
    return BY_CODE[finding.code].label if finding.code else "Unidentified cells"
