"""The results of a report as observations, in their order: the count first, then class by class, texts, the document."""

from __future__ import annotations

import base64
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from typing import Any

from cases.cell_classes import LEUKOCYTE_CODES
from inbox.critical_limits import BY_CODE, Limit, critical_findings
from integrations.codes import ABSOLUTE, COUNTED, DOCUMENT, LEUKOCYTES, PER_100, PERCENT, REPORT, TEXT, WBC
from integrations.hl7.mapping import Mapping, ResultCode
from integrations.hl7.writing import EMPTY, Written, components, plain

INTERPRETATION = "1"
COMMENTS = "2"
"""OBX-4: two texts share one code."""
_FLAGS = {"low": "L", "high": "H"}
_CRITICAL = {"low": "LL", "high": "HH"}
_DASH = "\N{EN DASH}"
_NO_FLAGS = "Values carry no flags."  # not translated


@dataclass(frozen=True, slots=True)
class Observation:
    """One result. `value` is as it stands in OBX-5; `key` and `part` tell it apart in every version of a report."""

    key: tuple[str, str]
    value_type: str
    result: ResultCode
    value: Written = field(repr=False)
    part: str = ""
    reference: str = ""
    flag: str = ""
    note: str = ""

    @property
    def identity(self) -> tuple[tuple[str, str], str]:
        """What is the same in the version before and after."""
        return (self.key, self.part)

    @property
    def is_counted(self) -> bool:
        """Whether it was counted on the smear: neither a text nor a count that came with the order."""
        return self.value_type == "NM" and self.key[1] != WBC

    @property
    def voided(self) -> Observation:
        """The same result without its value."""
        return replace(self, value=EMPTY, reference="", flag="", note="")


def observations_of(
    content: dict[str, Any], mapping: Mapping, limits: Table[str, Limit], pdf: bytes | None
) -> list[Observation]:
    """Return what a report says. Raises `MissingCodeError` for a result that the mapping does not name."""
    found = content["differential"]
    if content.get("insufficient"):
        return _without_count(content, mapping, pdf)
    critical = {} if found["limited"] else _critical(content, limits)
    made = [_number((LEUKOCYTES, COUNTED), str(found["n"]), mapping, note=_count_note(content))]
    if found["n"] > 1:  # one cell is a cell, not a differential
        for row in found["rows"]:
            made += _row(row, content, mapping, critical)
        if found["erythroblasts_per_100"]:
            key = ("erythroblast", PER_100)
            note = f"{found['erythroblasts']} NRBC beside {found['n']} leukocytes"  # not translated
            flag = critical.get(key, "")
            made.append(_number(key, found["erythroblasts_per_100"], mapping, flag=flag, note=note))
    return made + _beside(content, mapping, pdf)


def _without_count(content: dict[str, Any], mapping: Mapping, pdf: bytes | None) -> list[Observation]:
    """What is told of a specimen that was insufficient: the count that could not be made, and why."""
    said = content["insufficient"]
    why = " ".join(filter(None, (content["differential"]["remark"], f"{said['label']}.", said["words"])))
    key = (LEUKOCYTES, COUNTED)
    return [Observation(key, "NM", mapping.result(*key), EMPTY, note=why), *_beside(content, mapping, pdf)]


def _beside(content: dict[str, Any], mapping: Mapping, pdf: bytes | None) -> list[Observation]:
    """What stands beside the count: the white cell count that was received, the texts, the document."""
    made = []
    if wbc := content["differential"]["wbc"]:
        source = content["case"].get("wbc_source", "")
        note = f"As received, not measured here: {source}" if source else ""
        made.append(_number((LEUKOCYTES, WBC), wbc, mapping, note=note))
    for part, said in ((INTERPRETATION, content["interpretation"]), (COMMENTS, content["comments"])):
        if said:
            made.append(Observation((REPORT, TEXT), "FT", mapping.result(REPORT, TEXT), plain(said), part=part))
    if pdf is not None:
        made.append(document(pdf, mapping))
    return made


def document(pdf: bytes, mapping: Mapping) -> Observation:
    """Return the PDF as encapsulated data."""
    data = components("", "application", "pdf", "Base64", base64.b64encode(pdf).decode("ascii"))
    return Observation((REPORT, DOCUMENT), "ED", mapping.result(REPORT, DOCUMENT), data)


def without_result(mapping: Mapping) -> Observation:
    """Return the text of a report without one, in place of results."""
    return Observation((REPORT, TEXT), "FT", mapping.result(REPORT, TEXT), EMPTY, part=INTERPRETATION)


def nought_of(gone: Observation, content: dict[str, Any]) -> Observation | None:
    """Return a class that was sent before and has no row now as what that means: rare classes without a cell are not printed.

    None for whatever is not counted in rows, and where there is no differential.
    """
    found = content["differential"]
    cell_class, quantity = gone.key
    if found["n"] < 2 or cell_class not in LEUKOCYTE_CODES:
        return None
    if quantity == PERCENT:
        return replace(gone.voided, value=plain("0"), note=f"0 of {found['n']} cells")
    return replace(gone.voided, value=plain("0.00")) if found["wbc"] else None


def _row(
    row: dict[str, Any], content: dict[str, Any], mapping: Mapping, critical: dict[tuple[str, str], str]
) -> list[Observation]:
    """The percentage of a class, and the absolute count where there is one."""
    key = (row["code"], PERCENT)
    reference = _reference(row)
    flag = _FLAGS.get(row["flag"], "N" if reference else "")
    note = f"{row['count']} of {content['differential']['n']} cells; 95 % CI {row['low']} to {row['high']} %"
    made = [
        _number(
            key,
            str(row["percent"]),
            mapping,
            reference=reference,
            flag="" if content["differential"]["limited"] else critical.get(key, flag),
            note=note,
        )
    ]
    if row["absolute"]:
        key = (row["code"], ABSOLUTE)
        made.append(_number(key, row["absolute"], mapping, flag=critical.get(key, "")))
    return made


def _number(
    key: tuple[str, str], value: str, mapping: Mapping, *, reference: str = "", flag: str = "", note: str = ""
) -> Observation:
    return Observation(key, "NM", mapping.result(*key), plain(value), reference=reference, flag=flag, note=note)


def _reference(row: dict[str, Any]) -> str:
    """OBX-7: from the numbers of format 2, from the words of format 1."""
    told = row.get("reference_range")
    if told is not None:
        return f"{told['low']}-{told['high']}"
    return str(row["reference"]).replace(_DASH, "-")


def _critical(content: dict[str, Any], limits: Table[str, Limit]) -> dict[tuple[str, str], str]:
    """HH and LL by the result they are about."""
    found: dict[tuple[str, str], str] = {}
    for finding in critical_findings(content, limits):
        measure = BY_CODE.get(finding["code"])
        if measure is not None:
            key = (measure.row, measure.field) if measure.row else ("erythroblast", PER_100)
            found[key] = _CRITICAL[finding["side"]]
    return found


def _count_note(content: dict[str, Any]) -> str:
    """What limits the count, in a sentence."""
    found = content["differential"]
    said = [found["remark"], _NO_FLAGS if found["limited"] else "", content["count_reason"]]
    return " ".join(part for part in said if part)
