"""What differs between two versions of a report, value by value: dictionaries in, sentences out, in the language that is active."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from cases.cell_classes import BY_CODE, UNIDENTIFIED_CLASS
from cases.words import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrPromise

_PATIENT = {
    "family_name": gettext_lazy("Family name"),
    "given_name": gettext_lazy("Given name"),
    "birth_date": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "mrn": gettext_lazy("Medical record number"),
}
_CASE = {
    "accession_number": gettext_lazy("Accession number"),
    "stain": gettext_lazy("Stain"),
    "objective": gettext_lazy("Objective"),
    "microscope": gettext_lazy("Microscope"),
    "camera": gettext_lazy("Camera"),
    "collected_at": gettext_lazy("Collected"),
    "clinical_question": gettext_lazy("Clinical question"),
    "wbc": gettext_lazy("White cell count, 10⁹/L"),
    "wbc_source": gettext_lazy("Source of the white cell count"),
    "wbc_measured_at": gettext_lazy("White cell count measured"),
}
_COUNTS = {
    "n": gettext_lazy("Leukocytes counted"),
    "erythroblasts": gettext_lazy("Erythroblasts"),
    "erythroblasts_per_100": gettext_lazy("NRBC per 100 WBC"),
    "platelets": gettext_lazy("Platelets seen"),
    "excluded": gettext_lazy("Cells excluded"),
    "remark": gettext_lazy("Remark on the count"),
}
_TEXTS = {
    "interpretation": gettext_lazy("Interpretation"),
    "comments": gettext_lazy("Comments"),
    "count_reason": gettext_lazy("Reason for the number of cells"),
}
NOTHING = gettext_noop("none")
"""What is written where a value is absent, before it is translated."""


def changes_between(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, str]]:
    """Return `{"what", "old", "new"}` for every value of the report that differs, in the order of the report."""
    found: list[dict[str, str]] = []
    _compare(found, _PATIENT, old["patient"], new["patient"])
    _compare(found, _CASE, old["case"], new["case"])
    _add(found, _("Why there is no differential"), _insufficient(old), _insufficient(new))
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


def _compare(
    found: list[dict[str, str]], names: Mapping[str, StrPromise], old: dict[str, Any], new: dict[str, Any]
) -> None:
    for key, what in names.items():
        code = f"{key}_code"
        # A translator may have found a better word meanwhile: what has a code is the same by that.
        if code not in old or code not in new or old[code] != new[code]:
            _add(found, str(what), old.get(key), new.get(key))


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
    nothing = _(NOTHING)
    before = {cell["id"]: _called(cell) for cell in old["cells"]}
    after = {cell["id"]: _called(cell) for cell in new["cells"]}
    moved = Counter(
        (before.get(pk, nothing), after.get(pk, nothing))
        for pk in dict.fromkeys([*before, *after])
        if before.get(pk) != after.get(pk)
    )
    for (was, now), number in moved.most_common():
        cells = ngettext("%(called)s (%(number)s cell)", "%(called)s (%(number)s cells)", number)
        found.append(
            {
                "what": _("Cells reclassified"),
                "old": was if was == nothing else cells % {"called": was, "number": number},
                "new": now if now == nothing else cells % {"called": now, "number": number},
            }
        )


def _called(cell: dict[str, Any]) -> str:
    if cell["removed"]:
        return _("Removed as a false detection")
    return _("Excluded") if cell["excluded"] else in_words(BY_CODE.get(cell["label"], UNIDENTIFIED_CLASS).label)


def _add(found: list[dict[str, str]], what: str, old: Any, new: Any) -> None:
    before, after = _text(old), _text(new)
    if before != after:
        found.append({"what": what, "old": before, "new": after})


def _text(value: Any) -> str:
    return _(NOTHING) if value is None or value == "" else str(value)
