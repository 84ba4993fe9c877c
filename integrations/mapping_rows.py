"""The rows of a mapping: their form, the ones every mapping starts from, and what is looked up in them.

`rows` is JSON with one list for each table; every member is text:

| table | members |
|---|---|
| `results` | `class`, `quantity`, `code`, `text`, `system`, `local_code`, `local_text`, `unit` |
| `services` | `code`, `text`: what may be ordered; with no row, anything |
| `authorities` | `authority`, `clinic`: whose numbers an assigning authority gives, by the short name of the clinic |
| `locations` | `location`, `clinic`: where a patient lies, for authorities that serve several clinics |
| `rejections` | `reason`, `code`: a reason of ours for rejecting a specimen, a code of HL7 table 0490 |
| `signers` | `person`, `code`: the number of a person who signs, by the id of their account |

Pure: no database. What is not in the table is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Any

from integrations.codes import LOINC, RESULTS, UCUM, UNITS, Coded
from integrations.hl7.mapping import Mapping, ResultCode
from integrations.said import gettext_noop

LOCAL = "L"
"""A code of the receiver's own (HL7 table 0396)."""

TABLES: dict[str, tuple[str, ...]] = {
    "results": ("class", "quantity", "code", "text", "system", "local_code", "local_text", "unit"),
    "services": ("code", "text"),
    "authorities": ("authority", "clinic"),
    "locations": ("location", "clinic"),
    "rejections": ("reason", "code"),
    "signers": ("person", "code"),
}
KEYS: dict[str, tuple[str, ...]] = {
    "results": ("class", "quantity"),
    "services": ("code",),
    "authorities": ("authority",),
    "locations": ("location",),
    "rejections": ("reason",),
    "signers": ("person",),
}
"""What a row is looked up by: it occurs once."""
_MAY_BE_EMPTY = {"text", "local_code", "local_text", "unit"}
_MOST_ROWS = 2_000
_MOST_LETTERS = 200
NO_TABLES = gettext_noop("A mapping has one list for each table.")
NO_SUCH_TABLE = gettext_noop("There is no table %(table)s.")
NO_LIST = gettext_noop("The table %(table)s is a list of rows.")
TOO_MANY_ROWS = gettext_noop("The table %(table)s has more than %(most)s rows.")
NO_SUCH_MEMBER = gettext_noop("%(table)s, row %(row)s: there is no member %(members)s.")
TOO_LONG = gettext_noop("%(table)s, row %(row)s: %(member)s is text of at most %(most)s letters.")
UNPRINTABLE = gettext_noop("%(table)s, row %(row)s: %(member)s has a line break or another control character.")
IS_EMPTY = gettext_noop("%(table)s, row %(row)s: %(member)s is empty.")
TWICE = gettext_noop("%(table)s, row %(row)s: %(key)s stands there twice.")

Rows = dict[str, list[dict[str, str]]]


def default_rows() -> Rows:
    """Return the rows every mapping starts from: LOINC and UCUM, and nothing that is a laboratory's own."""
    results = [
        {
            "class": cell_class,
            "quantity": quantity,
            "code": code.code,
            "text": code.text,
            "system": code.system,
            "local_code": "",
            "local_text": "",
            "unit": UNITS.get(quantity, ""),
        }
        for (cell_class, quantity), code in RESULTS.items()
    ]
    return {name: results if name == "results" else [] for name in TABLES}


def faults_of(rows: Any) -> Iterator[str]:
    """Say in sentences what is wrong with the form of `rows`; nothing for good ones."""
    if not isinstance(rows, dict):
        yield NO_TABLES
        return
    yield from (NO_SUCH_TABLE % {"table": name} for name in sorted(rows.keys() - TABLES.keys()))
    for name, members in TABLES.items():
        yield from _faults_of_table(name, members, rows.get(name, []))
    if "results" in rows and not any(True for _ in _faults_of_table("results", TABLES["results"], rows["results"])):
        try:
            results_of(rows)
        except ValueError as error:
            yield str(error)


def _faults_of_table(name: str, members: tuple[str, ...], found: Any) -> Iterator[str]:
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        yield NO_LIST % {"table": name}
        return
    if len(found) > _MOST_ROWS:
        yield TOO_MANY_ROWS % {"table": name, "most": _MOST_ROWS}
        return
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(found, start=1):
        where = {"table": name, "row": number}
        unknown = sorted(row.keys() - set(members))
        if unknown:
            yield NO_SUCH_MEMBER % {**where, "members": ", ".join(map(str, unknown))}
        for member in members:
            value = row.get(member, "")
            if not isinstance(value, str) or len(value) > _MOST_LETTERS:
                yield TOO_LONG % {**where, "member": member, "most": _MOST_LETTERS}
            elif not value.isprintable():
                yield UNPRINTABLE % {**where, "member": member}
            elif not value.strip() and member not in _MAY_BE_EMPTY:
                yield IS_EMPTY % {**where, "member": member}
        key = tuple(str(row.get(member, "")) for member in KEYS[name])
        if key in seen:
            yield TWICE % {**where, "key": " ".join(key)}
        seen.add(key)


def results_of(rows: Rows) -> Mapping:
    """Return the result codes and signers of a mapping; raises `ValueError` for a unit that would change a number."""
    return Mapping(
        results={(row["class"], row["quantity"]): _result(row) for row in rows.get("results", [])},
        signers=table_of(rows, "signers"),
    )


def _result(row: Table[str, str]) -> ResultCode:
    local = row.get("local_code", "")
    unit = row.get("unit", "")
    return ResultCode(
        Coded(row["code"], row.get("text", ""), row.get("system") or LOINC),
        local=Coded(local, row.get("local_text", ""), LOCAL) if local else None,
        unit=Coded(unit, "", UCUM) if unit else None,
    )


def table_of(rows: Rows, name: str) -> dict[str, str]:
    """Return a table of two columns by its key: `authorities`, `locations`, `rejections`, `signers`, `services`."""
    key, value = TABLES[name]
    return {row[key]: row.get(value, "") for row in rows.get(name, [])}
