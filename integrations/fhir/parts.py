"""The small parts that resources are made of: references, codes, identifiers, quantities."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from integrations.fhir.systems import UCUM, V2_0203

OWN_SYSTEM = "urn:hematovision:"
"""Before the names of numberings that no registry knows."""
URI = "urn:ietf:rfc:3986"
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_ADDRESS = re.compile(r"(https?://|urn:)\S+")


def present(**members: Any) -> dict[str, Any]:
    """Return the members that have a value: FHIR knows no empty text, list or object."""
    return {name.rstrip("_"): value for name, value in members.items() if value not in ("", None, [], {}, ())}


def reference(kind: str, pk: str, display: str = "") -> dict[str, Any]:
    """Return a reference to another resource of this server."""
    return present(reference=f"{kind}/{pk}", display=display)


def concept(system: str = "", code: str = "", text: str = "") -> dict[str, Any]:
    """Return a CodeableConcept, of a code, of words, or of both."""
    return present(coding=[{"system": system, "code": code}] if code else [], text=text)


def quantity(value: str | int, unit: str, ucum: str) -> dict[str, Any]:
    """Return a Quantity in UCUM; the value is a number of the content, as text or whole."""
    return {"value": number(value), "unit": unit, "system": UCUM, "code": ucum}


def number(value: str | int) -> int | float:
    """Return a number of the content as JSON has it."""
    found = Decimal(value)
    return int(found) if found == found.to_integral_value() else float(found)


def numbering(name: str) -> str:
    """Return the URI of a numbering: an OID and an address are one already, other names come behind our own prefix."""
    if _OID.fullmatch(name):
        return f"urn:oid:{name}"
    return name if _ADDRESS.fullmatch(name) else OWN_SYSTEM + quote(name, safe=":")


def name_of(system: str) -> str:
    """Return the name of the numbering that a URI stands for: what `numbering` made of it, other URIs as they are."""
    oid = system.removeprefix("urn:oid:")
    if _OID.fullmatch(oid):
        return oid
    return unquote(system.removeprefix(OWN_SYSTEM)) if system.startswith(OWN_SYSTEM) else system


def identifier(system: str, value: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """Return an Identifier; `kind` is of HL7's table 0203 (MR, ACSN, PLAC)."""
    return present(type_=concept(V2_0203, kind) if kind else None, system=numbering(system), value=value, **more)


def version_identifier(report: str) -> dict[str, Any]:
    """Return the identifier of one version of a report, which no other version has."""
    return {"system": URI, "value": f"urn:uuid:{report}"}
