"""What differs between two versions of a report, value by value. Pure: dictionaries in, sentences out."""

from __future__ import annotations

from typing import Any

_PATIENT = {
    "family_name": "Family name",
    "given_name": "Given name",
    "birth_date": "Date of birth",
    "sex": "Sex",
    "mrn": "Medical record number",
}
_CASE = {
    "accession_number": "Accession number",
    "stain": "Stain",
    "objective": "Objective",
    "microscope": "Microscope",
    "camera": "Camera",
    "collected_at": "Collected",
    "clinical_question": "Clinical question",
    "wbc": "White cell count, 10⁹/L",
    "wbc_source": "Source of the white cell count",
    "wbc_measured_at": "White cell count measured",
}
_COUNTS = {
    "n": "Leukocytes counted",
    "erythroblasts": "Erythroblasts",
    "erythroblasts_per_100": "Erythroblasts per 100 leukocytes",
    "platelets": "Platelets seen",
    "excluded": "Cells excluded",
    "remark": "Remark on the count",
}
_TEXTS = {
    "interpretation": "Interpretation",
    "comments": "Comments",
    "count_reason": "Reason for the number of cells",
}
NOTHING = "none"
"""What is written where a value is absent."""


def changes_between(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, str]]:
    """Return `{"what", "old", "new"}` for every value of the report that differs, in the order of the report."""
    found: list[dict[str, str]] = []
    _compare(found, _PATIENT, old["patient"], new["patient"])
    _compare(found, _CASE, old["case"], new["case"])
    _rows(found, old["differential"], new["differential"])
    _compare(found, _COUNTS, old["differential"], new["differential"])
    _compare(found, _TEXTS, old, new)
    _cells(found, old, new)
    return found


def _compare(found: list[dict[str, str]], names: dict[str, str], old: dict[str, Any], new: dict[str, Any]) -> None:
    for key, what in names.items():
        _add(found, what, old.get(key), new.get(key))


def _rows(found: list[dict[str, str]], old: dict[str, Any], new: dict[str, Any]) -> None:
    before = {row["code"]: row for row in old["rows"]}
    after = {row["code"]: row for row in new["rows"]}
    for code in dict.fromkeys([*before, *after]):
        label = (after.get(code) or before[code])["label"]
        _add(found, label, _row_text(before.get(code)), _row_text(after.get(code)))


def _row_text(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    absolute = f", {row['absolute']} \u00d7 10⁹/L" if row["absolute"] else ""
    return f"{row['percent']} % (n {row['count']}{absolute})"


def _cells(found: list[dict[str, str]], old: dict[str, Any], new: dict[str, Any]) -> None:
    """How many cells are called something else, in one line: each of them is in the content."""
    if new["report"]["kind"] == "withdrawn":
        return
    before = {cell["id"]: (cell["label"], cell["excluded"]) for cell in old["cells"]}
    after = {cell["id"]: (cell["label"], cell["excluded"]) for cell in new["cells"]}
    changed = sum(1 for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk))
    if changed:
        found.append(
            {"what": "Cells called otherwise", "old": str(len(before)), "new": f"{changed} of {len(after)} differ"}
        )


def _add(found: list[dict[str, str]], what: str, old: Any, new: Any) -> None:
    before, after = _text(old), _text(new)
    if before != after:
        found.append({"what": what, "old": before, "new": after})


def _text(value: Any) -> str:
    return NOTHING if value is None or value == "" else str(value)
