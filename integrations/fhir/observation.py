"""Results: the panel, the number of counted cells, and one observation per class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.fhir import systems
from integrations.fhir.parts import concept, number, present, quantity, reference

if TYPE_CHECKING:
    from integrations.fhir.signed_version import SignedVersion

PANEL = "panel"
COUNTED = "counted"
ERYTHROBLASTS = "erythroblast"
_ABSOLUTE = "-abs"
_FLAGS = {"high": "H", "low": "L"}


def observation_id(case: str, name: str) -> str:
    """Return the id of an observation: the same for every version of a report, and telling of which case it is."""
    return f"{case}.{name}"


def names_in(content: dict[str, Any]) -> list[str]:
    """Return the names of the observations a content has, the panel and the counted cells first; none when withdrawn.

    Of a specimen that was insufficient there is the panel alone, which says so.
    """
    counted = content["differential"]
    if content["report"]["kind"] == "withdrawn":
        return []
    if content.get("insufficient"):
        return [PANEL]
    names = [PANEL, COUNTED]
    for row in _coded(counted):
        names.append(_name(row["code"]))
        if row["absolute"]:
            names.append(_name(row["code"]) + _ABSOLUTE)
    return [*names, *([ERYTHROBLASTS] if counted["erythroblasts_per_100"] else [])]


def observations(signed: SignedVersion) -> list[dict[str, Any]]:
    """Return every observation of a version; those that only earlier versions had are taken back (entered-in-error)."""
    taken_back = [_taken_back(signed, name) for name in signed.former]
    if signed.is_withdrawn:
        return taken_back
    if signed.content.get("insufficient"):
        return [_insufficient(signed), *taken_back]
    counted = signed.content["differential"]
    members = [_counted(signed)]
    for row in _coded(counted):
        members.append(_percent(signed, row))
        if row["absolute"]:
            members.append(_absolute(signed, row))
    if counted["erythroblasts_per_100"]:
        members.append(_erythroblasts(signed))
    return [_panel(signed, members), *members, *taken_back]


def code_of(name: str) -> str:
    """Return the LOINC code of an observation by its name, or nothing for a name that there is not."""
    fixed = {
        PANEL: systems.LOINC_PANEL,
        COUNTED: systems.LOINC_CELLS_COUNTED,
        ERYTHROBLASTS: systems.LOINC_ERYTHROBLASTS_PER_100,
    }
    cell_class = name.removesuffix(_ABSOLUTE).replace("-", "_")
    table = systems.LOINC_ABSOLUTE if name.endswith(_ABSOLUTE) else systems.LOINC_PERCENT
    return fixed.get(name) or table.get(cell_class, "")


def _coded(counted: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows with a code, none where nothing was counted: 0 % of no cells is no result."""
    return [row for row in counted["rows"] if counted["n"] and row["code"] in systems.LOINC_PERCENT]


def _name(cell_class: str) -> str:
    # An id of FHIR has no underscore.
    return cell_class.replace("_", "-")


def _base(signed: SignedVersion, name: str, text: str, status: str) -> dict[str, Any]:
    content = signed.content
    models = content["ai"]["models"]
    return present(
        resourceType="Observation",
        id=observation_id(signed.case, name),
        meta=signed.meta,
        basedOn=[reference("ServiceRequest", signed.order)] if signed.order else [],
        status=status,
        category=[concept(systems.OBSERVATION_CATEGORY, "laboratory")],
        code=concept(systems.LOINC, code_of(name), text),
        subject=reference("Patient", content["patient"]["id"]),
        effectiveDateTime=content["case"]["collected_at"],
        issued=signed.signed_at,
        performer=[
            reference("Practitioner", content["signature"]["signer"], content["signature"]["name"]),
            reference("Organization", content["laboratory"]["id"], content["laboratory"]["name"]),
        ],
        specimen=reference("Specimen", signed.case),
        # One device at most: where several models took part, the Provenance names them.
        device=reference("Device", models[0]["id"]) if len(models) == 1 else None,
        method=concept(text="Differential on smear images, every cell verified by a pathologist"),
    )


def _panel(signed: SignedVersion, members: list[dict[str, Any]]) -> dict[str, Any]:
    counted = signed.content["differential"]
    found = _base(signed, PANEL, "Differential of leukocytes", signed.observation_status)
    remark = f"Limited count: {counted['n']} cells." if counted["limited"] else ""
    return found | present(
        hasMember=[reference("Observation", member["id"]) for member in members], note=_notes(remark, counted["remark"])
    )


def insufficient_text(content: dict[str, Any]) -> str:
    """Return why there is no differential, in a sentence; nothing where there is one."""
    said = content.get("insufficient")
    return (
        " ".join(filter(None, (content["differential"]["remark"], f"{said['label']}.", said["words"]))) if said else ""
    )


def _insufficient(signed: SignedVersion) -> dict[str, Any]:
    """The panel without members: it was not performed, and the note says why."""
    found = _base(signed, PANEL, "Differential of leukocytes", signed.observation_status)
    # No cell was counted by any method.
    found.pop("method")
    return found | {
        "dataAbsentReason": concept(systems.DATA_ABSENT_REASON, "not-performed"),
        "note": _notes(insufficient_text(signed.content)),
    }


def _counted(signed: SignedVersion) -> dict[str, Any]:
    found = _base(signed, COUNTED, "Leukocytes counted", signed.observation_status)
    value = quantity(signed.content["differential"]["n"], "cells", systems.UCUM_NUMBER)
    return found | {"valueQuantity": value}


def _percent(signed: SignedVersion, row: dict[str, Any]) -> dict[str, Any]:
    counted = signed.content["differential"]
    interval = f"95 % confidence interval {row['low']}-{row['high']} %; {row['count']} of {counted['n']} cells."
    limited = "Limited count: not compared with the reference range." if counted["limited"] else ""
    flag = "" if counted["limited"] else _FLAGS.get(row["flag"], "")
    found = _base(signed, _name(row["code"]), row["label"], signed.observation_status)
    return found | present(
        valueQuantity=quantity(row["percent"], "%", systems.UCUM_PERCENT),
        interpretation=[concept(systems.INTERPRETATION, flag)] if flag else [],
        note=_notes(interval, limited),
        referenceRange=_range(row),
    )


def _absolute(signed: SignedVersion, row: dict[str, Any]) -> dict[str, Any]:
    case = signed.content["case"]
    found = _base(signed, _name(row["code"]) + _ABSOLUTE, row["label"], signed.observation_status)
    source = f", {case['wbc_source']}" if case["wbc_source"] else ""
    return found | present(
        valueQuantity=quantity(row["absolute"], "10⁹/L", systems.UCUM_PER_LITRE),
        note=_notes(f"Percentage times the white blood cell count of {case['wbc']} x 10⁹/L{source}."),
    )


def _erythroblasts(signed: SignedVersion) -> dict[str, Any]:
    counted = signed.content["differential"]
    found = _base(signed, ERYTHROBLASTS, "NRBC per 100 WBC", signed.observation_status)
    return found | present(
        valueQuantity=quantity(counted["erythroblasts_per_100"], "/100 WBC", systems.UCUM_PER_100_LEUKOCYTES),
        note=_notes(f"{counted['erythroblasts']} erythroblasts beside {counted['n']} leukocytes."),
    )


def _taken_back(signed: SignedVersion, name: str) -> dict[str, Any]:
    """An observation without a value: nobody may take one from it."""
    found = _base(signed, name, "", "entered-in-error")
    why = "The report was withdrawn." if signed.is_withdrawn else "The correction has no such result."
    return found | {"dataAbsentReason": concept(systems.DATA_ABSENT_REASON, "error"), "note": _notes(why)}


def _range(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The reference range; a report of format 1 has it in words alone."""
    known = row.get("reference_range")
    if known is None:
        return [{"text": row["reference"]}] if row["reference"] else []
    unit = {"unit": "%", "system": systems.UCUM, "code": known["ucum"]}
    return [
        {
            "low": {"value": number(known["low"]), **unit},
            "high": {"value": number(known["high"]), **unit},
            **present(text=row["reference"]),
        }
    ]


def _notes(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text} for text in texts if text]
