"""A ServiceRequest that orders a differential, and the Specimen that may come with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integrations.fhir import systems
from integrations.fhir.incoming import Numbered, OrderSaid
from integrations.fhir.incoming_patient import NO_CONTENT, numbered
from integrations.fhir.parts import name_of, numbering

if TYPE_CHECKING:
    from integrations.fhir.reading import Element

PRIORITIES = {"routine": "routine", "urgent": "urgent", "asap": "urgent", "stat": "stat"}
"""The record knows no step between urgent and stat: as in HL7 v2, as soon as possible is urgent."""
_ANOTHER_EXAMINATION = (
    f"Orders are taken for a differential of leukocytes: LOINC {systems.LOINC_PANEL}, or a code of your own."
)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a concept."""

    system: str
    code: str
    display: str


def codes_of(sent: Element) -> tuple[list[Code], str]:
    """Return the codes and the words of a CodeableConcept."""
    codes = []
    for one in sent.children("coding") if sent.has("coding") else ():
        one.skip("version", "userSelected")
        codes.append(Code(one.text("system"), one.text("code", required=True, most=64), one.text("display")))
        one.close()
    words = sent.text("text")
    if not codes and not words:
        sent.refuse("required", "Say it by a code or in words.")
    sent.close()
    return codes, words


def order_said(sent: Element) -> OrderSaid:
    """Return what a ServiceRequest says; what it refers to is checked by `incoming_bundle`."""
    sent.skip(*NO_CONTENT, "authoredOn", "subject", "specimen")
    sent.code("status", {"active": "active"})
    sent.code("intent", {"order": "order"})
    for category in sent.children("category") if sent.has("category") else ():
        codes, _words = codes_of(category)
        if codes and not any((one.system, one.code) == _LABORATORY for one in codes):
            category.refuse("code-invalid", "Taken here is SNOMED CT 108252007, laboratory procedure.")
    placer = sent.only("identifier", required=True)
    said = OrderSaid(
        placer=_placer(placer) if placer is not None else Numbered("", ""),
        service_code=_service(sent),
        priority=sent.code("priority", PRIORITIES, default="routine"),
        clinical_question=_question(sent),
        location=_location(sent),
        visit_number=_visit(sent),
    )
    requester = sent.child("requester")
    if requester is not None:
        requester.skip("type")
        said = replace(said, ordering_name=requester.text("display", most=150), ordering_id=_number_in(requester))
        requester.close()
    group = sent.child("requisition")
    if group is not None:
        number = numbered(group)
        own = {"", said.placer.system, numbering(f"group:{name_of(said.placer.system)}")}
        if number.system not in own:
            group.refuse("value", "Give it under the system of the order's own identifier.", "system")
        said = replace(said, group_number=number.value)
    sent.close()
    return said


_LABORATORY = (systems.SNOMED, systems.LABORATORY_PROCEDURE)


def specimen_said(sent: Element) -> tuple[str, dt.datetime | None]:
    """Return the number on the tube or slide, and when the blood was drawn."""
    sent.skip(*NO_CONTENT, "subject")
    if sent.has("status"):
        sent.code("status", {"available": "available"})
    kind = sent.child("type")
    if kind is not None:
        codes, _words = codes_of(kind)
        if codes and not any((one.system, one.code) in systems.BLOODS for one in codes):
            kind.refuse("code-invalid", "Smears are of blood: v2-0487 BLD, or SNOMED CT 119297000.")
    number = sent.only("identifier") if sent.has("identifier") else None
    collection = sent.child("collection")
    collected = collection.moment("collectedDateTime") if collection is not None else None
    if collection is not None:
        collection.close()
    sent.close()
    return (numbered(number).value if number is not None else ""), collected


def _placer(sent: Element) -> Numbered:
    kind = sent.child("type")
    if kind is not None:
        codes, _words = codes_of(kind)
        if any(one.code == "FILL" for one in codes):
            sent.refuse("code-invalid", "Give your number of the order (PLAC): the laboratory gives its own.", "type")
    return numbered(sent)


def _service(sent: Element) -> str:
    """The code of the examination at the sender; empty where LOINC says it."""
    concept = sent.child("code", required=True)
    if concept is None:
        return ""
    codes, _words = codes_of(concept)
    own = [one.code for one in codes if one.system != systems.LOINC]
    panel = any((one.system, one.code) == (systems.LOINC, systems.LOINC_PANEL) for one in codes)
    if len(own) > 1:
        concept.refuse("structure", "Give one code of your own.", "coding")
    if not own and not panel:
        concept.refuse("code-invalid", _ANOTHER_EXAMINATION)
    return own[0] if own else ""


def _question(sent: Element) -> str:
    """Reasons and notes, a line each; a code stands behind its words."""
    lines = []
    for reason in sent.children("reasonCode") if sent.has("reasonCode") else ():
        codes, words = codes_of(reason)
        named = words or next((one.display for one in codes if one.display), "")
        coded = ", ".join(one.code for one in codes)
        lines.append(f"{named} ({coded})" if named and coded else named or coded)
    for note in sent.children("note") if sent.has("note") else ():
        lines.append(note.text("text", required=True))
        note.close()
    question = "\n".join(lines)
    if len(question) > 2000:
        sent.refuse("too-long", "Reasons and notes have more than 2000 characters together.", "reasonCode")
    return question


def _location(sent: Element) -> str:
    place = sent.only("locationReference") if sent.has("locationReference") else None
    if place is None:
        return ""
    found = place.text("display", required=True, most=120)
    place.close()
    return found


def _visit(sent: Element) -> str:
    visit = sent.child("encounter")
    if visit is None:
        return ""
    number = _number_in(visit)
    if not number:
        visit.refuse("required", "Name the visit by its identifier.", "identifier")
    visit.close()
    return number


def _number_in(reference: Element) -> str:
    """The number in the identifier of a Reference."""
    named = reference.child("identifier")
    return numbered(named).value if named is not None else ""
