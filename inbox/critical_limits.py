"""Which results are critical: read from the content of a report against a table of limits. Pure, no database.

There is no agreed list of critical limits: each laboratory sets its own. The defaults below are what laboratories have
published for telephoning results, and where none was found a limit of our own, which says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PER_LITRE = "10⁹/L"
WITHDRAWN = "withdrawn"
"""Code of the finding that a report was taken back: whoever acted on it has to know at once."""

_OURS = "No published limit was found: a default of this product, to be set by the laboratory."  # not translated


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a report that can be critical: below `low`, or at or above `high`; None is no limit.

    `row` and `field` say where the content of a report holds it: in the row of that class, or beside the rows where
    `row` is empty.
    """

    code: str
    label: str
    unit: str
    row: str
    field: str
    low: Decimal | None
    high: Decimal | None
    source: str


MEASURES: tuple[Measure, ...] = (
    Measure(
        "neutrophils_absolute",
        "Neutrophils",
        PER_LITRE,
        "neutrophil",
        "absolute",
        Decimal("0.5"),
        Decimal(50),
        "Telephone limits of North Bristol NHS Trust (below 0.5, above 50); below 0.5 also at Homerton and South Tees.",  # not translated
    ),
    Measure(
        "lymphocytes_absolute",
        "Lymphocytes",
        PER_LITRE,
        "lymphocyte",
        "absolute",
        None,
        Decimal(20),
        "Telephone limits of Heart of England NHS Foundation Trust (above 20).",  # not translated
    ),
    Measure("eosinophils_absolute", "Eosinophils", PER_LITRE, "eosinophil", "absolute", None, None, _OURS),
    Measure(
        "immature_granulocytes_percent",
        "Immature granulocytes",
        "%",
        "immature_granulocyte",
        "percent",
        None,
        Decimal(10),
        _OURS,
    ),
    Measure(
        "erythroblasts_per_100",
        "NRBC",
        "per 100 WBC",
        "",
        "erythroblasts_per_100",
        None,
        Decimal(10),
        f"{_OURS} In the newborn NRBC are usual.",  # not translated
    ),
)
BY_CODE: dict[str, Measure] = {measure.code: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits in force for one measure."""

    low: Decimal | None
    high: Decimal | None


def limits_in_force(own: Mapping[str, Mapping[str, str]] | None) -> dict[str, Limit]:
    """Return the limits by code: the laboratory's `own` where it has an entry, else the defaults."""
    found: dict[str, Limit] = {}
    for measure in MEASURES:
        entry = (own or {}).get(measure.code)
        found[measure.code] = (
            Limit(measure.low, measure.high)
            if entry is None
            else Limit(_decimal(entry.get("low", "")), _decimal(entry.get("high", "")))
        )
    return found


def critical_findings(content: Mapping[str, Any], limits: Mapping[str, Limit]) -> list[dict[str, str]]:
    """Return what is critical in the content of a report, in the order of `MEASURES`; nothing where nothing is.

    Each finding is `{"code", "label", "unit", "value", "side", "limit"}`, texts only: `value` as the report prints it,
    `side` `low` or `high`. Judged is what is printed, so that nobody reads a number that contradicts its mark. One
    cell is no differential and nothing of it is critical; a limited count is judged like any other. A withdrawn
    report is one finding of its own, whose value to read back is the word.
    """
    if content["report"]["kind"] == "withdrawn":
        return [_finding(WITHDRAWN, "The report is", "", "withdrawn", "", "")]  # not translated
    found = content["differential"]
    if found["n"] < 2:
        return []
    rows = {row["code"]: row for row in found["rows"]}
    findings = []
    for measure in MEASURES:
        printed = (rows.get(measure.row, {}) if measure.row else found).get(measure.field, "")
        value = _decimal(printed)
        limit = limits[measure.code]
        if value is None:
            continue
        if limit.low is not None and value < limit.low:
            findings.append(_finding(measure.code, measure.label, measure.unit, str(printed), "low", f"{limit.low:f}"))
        elif limit.high is not None and value >= limit.high:
            findings.append(
                _finding(measure.code, measure.label, measure.unit, str(printed), "high", f"{limit.high:f}")
            )
    return findings


def class_of(code: str) -> str:
    """Return the class of cells that a finding is about, empty for a withdrawal."""
    measure = BY_CODE.get(code)
    return "" if measure is None else measure.row or "erythroblast"


def reads_back(finding: Mapping[str, str], typed: str) -> bool:
    """Whether `typed` is the value of the finding: the same number however it is written, or the same word."""
    said = typed.strip()
    if finding["code"] == WITHDRAWN:
        return said.casefold() == finding["value"]
    number = _decimal(said.replace(",", ".", 1))
    return number is not None and number == _decimal(finding["value"])


def _finding(code: str, label: str, unit: str, value: str, side: str, limit: str) -> dict[str, str]:
    return {"code": code, "label": label, "unit": unit, "value": value, "side": side, "limit": limit}


def _decimal(text: Any) -> Decimal | None:
    """Return the number in `text`, or None where there is none."""
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
