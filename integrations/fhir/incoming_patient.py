"""A Patient that comes with an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.fhir.incoming import Numbered, PersonSaid
from integrations.fhir.parts import numbering

if TYPE_CHECKING:
    from integrations.fhir.reading import Element

NO_CONTENT = ("resourceType", "id", "meta", "text", "language")
"""Members of every resource that say nothing of its subject; the id is one of the sender."""
_SEXES = {"male": "male", "female": "female", "other": "other", "unknown": "unknown"}
_OWN = numbering("organisation")


def person_said(sent: Element) -> PersonSaid:
    """Return what a Patient says; what is wrong is noted in its problems."""
    sent.skip(*NO_CONTENT)
    if sent.flag("active") is False:
        sent.refuse("value", "An order is for a patient who is active.", "active")
    name = sent.only("name", required=True)
    said = PersonSaid(
        where=sent.where,
        numbers=tuple(numbered(one) for one in sent.children("identifier", required=True)),
        family_name=name.text("family", required=True, most=150) if name is not None else "",
        given_name=" ".join(name.texts("given")) if name is not None else "",
        birth_date=sent.date("birthDate"),
        sex=sent.code("gender", _SEXES, default="unknown"),
        organization=_organization(sent),
    )
    if name is not None:
        name.skip("use", "text")
        name.close()
    sent.close()
    return said


def numbered(sent: Element) -> Numbered:
    """Return the number of an Identifier; when it began, and who gave it, say nothing that its system does not."""
    sent.skip("use", "type", "assigner", "period")
    found = Numbered(sent.text("system", most=120), sent.text("value", required=True, most=64))
    sent.close()
    return found


def _organization(sent: Element) -> str:
    """The id or the slug of managingOrganization."""
    place = sent.child("managingOrganization")
    if place is None:
        return ""
    place.skip("display", "type")
    found = place.text("reference", most=200).removeprefix("Organization/")
    named = place.child("identifier")
    if named is not None:
        number = numbered(named)
        if number.system and number.system != _OWN:
            place.refuse("value", f"The identifier of an organisation here is of {_OWN}.", "identifier.system")
        found = found or number.value
    if not found:
        place.refuse("required", "Name it by reference or identifier.")
    place.close()
    return found
