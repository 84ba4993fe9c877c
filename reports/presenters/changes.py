"""What differs between two versions of a report, value by value. Pure: dictionaries in, sentences out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cases.cell_classes import BY_CODE, UNIDENTIFIED_CLASS

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
    "erythroblasts_per_100": "NRBC per 100 WBC",
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
    _add(found, "Why there is no differential", _insufficient(old), _insufficient(new))
    _rows(found, old["differential"], new["differential"])
    _compare(found, _COUNTS, _seen(old), _seen(new))
    _compare(found, _TEXTS, old, new)
    _cells(found, old, new)
    return found


def _insufficient(content: dict[str, Any]) -> str:
    """Why a version has no differential, in words; nothing where it has one."""
    said = content.get("insufficient")
    return ": ".join(filter(None, (said["label"], said["words"]))) if said else ""


def _seen(content: dict[str, Any]) -> dict[str, Any]:
    """The counts, with nothing for those that were not made: a nought reads as a count. Platelets are not counted, only seen."""
    counted = {**content["differential"], "platelets": content["differential"]["platelets"] or None}
    return counted if not content.get("insufficient") else counted | dict.fromkeys(("n", "erythroblasts", "excluded"))


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
    """What cells were and what they are now, one line a change: "Monocyte (3 cells)" is now "Lymphocyte (3 cells)"."""
    if new["report"]["kind"] == "withdrawn" or old.get("insufficient") or new.get("insufficient"):
        return
    before = {cell["id"]: _called(cell) for cell in old["cells"]}
    after = {cell["id"]: _called(cell) for cell in new["cells"]}
    moved = Counter(
        (before.get(pk, NOTHING), after.get(pk, NOTHING))
        for pk in dict.fromkeys([*before, *after])
        if before.get(pk) != after.get(pk)
    )
    for (was, now), number in moved.most_common():
        cells = f" ({number} cell{'' if number == 1 else 's'})"
        found.append(
            {
                "what": "Cells reclassified",
                "old": was if was == NOTHING else was + cells,
                "new": now if now == NOTHING else now + cells,
            }
        )


def _called(cell: dict[str, Any]) -> str:
    if cell["removed"]:
        return "Removed as a false detection"
    return "Excluded" if cell["excluded"] else BY_CODE.get(cell["label"], UNIDENTIFIED_CLASS).label


def _add(found: list[dict[str, str]], what: str, old: Any, new: Any) -> None:
    before, after = _text(old), _text(new)
    if before != after:
        found.append({"what": what, "old": before, "new": after})


def _text(value: Any) -> str:
    return NOTHING if value is None or value == "" else str(value)
