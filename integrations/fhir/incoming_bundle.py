"""A transaction with one order: exactly a Patient, at most a Specimen, and a ServiceRequest that refers to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from integrations.fhir.incoming import Numbered, Transaction
from integrations.fhir.incoming_order import order_said, specimen_said
from integrations.fhir.incoming_patient import person_said
from integrations.fhir.reading import Element, Problem, RefusedResourceError

KINDS = ("Patient", "Specimen", "ServiceRequest")
_KEPT_WITH_THE_ORDER = (
    "What it says is kept with the order. There is a Specimen once the laboratory has opened its case."
)
_NO_MOMENT = "authoredOn is not kept: it is said when this server received the order."
_A_CONDITION = "Write identifier=<system>|<value>, with one of the identifiers of the resource."


def read_transaction(data: Any) -> Transaction:
    """Return what a Bundle of type transaction says; raises `RefusedResourceError` with everything that is wrong."""
    problems: list[Problem] = []
    bundle = Element(data, "Bundle", problems)
    bundle.skip("id", "meta", "language", "timestamp")
    bundle.code("resourceType", {"Bundle": "Bundle"})
    bundle.code("type", {"transaction": "transaction"})
    entries = bundle.children("entry", required=True)
    bundle.close()
    found = [_Entry(one) for one in entries]
    for kind in KINDS:
        _require_one(bundle, kind, [one for one in found if one.kind == kind])
    if problems:
        raise RefusedResourceError(problems)
    read = _read({one.kind: one for one in found}, tuple(one.kind for one in found))
    if problems:
        raise RefusedResourceError(problems)
    return read


class _Entry:
    """One entry: what it is about, and how it is to be done."""

    def __init__(self, entry: Element) -> None:
        self.entry = entry
        self.address = entry.text("fullUrl")
        self.resource = entry.child("resource", required=True)
        asked = entry.child("request", required=True)
        self.kind = self.resource.text("resourceType", required=True) if self.resource is not None else ""
        self.condition = ""
        if asked is not None:
            asked.code("method", {"POST": "POST"})
            self.condition = asked.text("ifNoneExist")
            if self.kind in KINDS and asked.text("url", required=True) != self.kind:
                asked.refuse("value", f"Every entry is created: write {self.kind}.", "url")
            elif self.kind not in KINDS:
                entry.refuse("not-supported", f"A transaction takes {', '.join(KINDS)}, and nothing else.", "resource")
            asked.close()
        entry.close()

    def is_meant_by(self, reference: str) -> bool:
        """Whether a reference leads to this entry: its address, or the end of it (Patient/12)."""
        return bool(self.address) and (reference == self.address or self.address.endswith(f"/{reference}"))


def _require_one(bundle: Element, kind: str, found: list[_Entry]) -> None:
    if len(found) > 1:
        found[1].entry.refuse("structure", f"One {kind} is taken: an order is a transaction of its own.", "resource")
    if not found and kind != "Specimen":
        bundle.refuse("required", f"A {kind} is needed.", "entry")


def _read(found: dict[str, _Entry], kinds: tuple[str, ...]) -> Transaction:
    """The parts together."""
    parts = {kind: (entry, entry.resource) for kind, entry in found.items() if entry.resource is not None}
    (person_entry, person_sent), (order_entry, order_sent) = parts["Patient"], parts["ServiceRequest"]
    person, order = person_said(person_sent), order_said(order_sent)
    remarks = {"ServiceRequest": _NO_MOMENT} if order_sent.has("authoredOn") else {}
    _require_reference(order_sent.child("subject", required=True), person_entry)
    referred = order_sent.only("specimen") if order_sent.has("specimen") else None
    if "Specimen" in parts:
        specimen_entry, specimen_sent = parts["Specimen"]
        number, collected = specimen_said(specimen_sent)
        order = replace(order, specimen_id=number, collected_at=collected)
        remarks["Specimen"] = _KEPT_WITH_THE_ORDER
        if specimen_sent.has("subject"):
            _require_reference(specimen_sent.child("subject"), person_entry)
        if referred is None:
            order_sent.refuse("required", "Refer to the Specimen of the transaction.", "specimen")
        _require_reference(referred, specimen_entry)
        if specimen_entry.condition:
            specimen_entry.entry.refuse("not-supported", "A Specimen comes with its order.", "request.ifNoneExist")
    elif referred is not None:
        referred.refuse("not-found", "There is no such Specimen in the transaction.", "reference")
    condition = _condition(person_entry, person.numbers)
    if not person_entry.condition:
        person_entry.entry.refuse("required", f"Say how the patient is known. {_A_CONDITION}", "request.ifNoneExist")
    if order_entry.condition:
        _condition(order_entry, (order.placer,))
    return Transaction(person, condition, order, bool(order_entry.condition), kinds, remarks)


def _require_reference(reference: Element | None, to: _Entry) -> None:
    if reference is None:
        return
    reference.skip("display", "type")
    said = reference.text("reference", required=True)
    if said and not to.is_meant_by(said):
        reference.refuse("not-found", f"This is not the fullUrl of the {to.kind} of the transaction.", "reference")
    reference.close()


def _condition(entry: _Entry, numbers: tuple[Numbered, ...]) -> Numbered:
    """The number of ifNoneExist, which has to be one of the resource itself: else a repetition would not find it."""
    if not entry.condition:
        return Numbered("", "")
    try:
        terms = parse_qsl(entry.condition.removeprefix("?"), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        terms = []
    system, _bar, value = (
        terms[0][1].rpartition("|") if len(terms) == 1 and terms[0][0] == "identifier" else ("", "", "")
    )
    found = Numbered(system, value.strip())
    if not found.value or found not in numbers:
        entry.entry.refuse("value", _A_CONDITION, "request.ifNoneExist")
    return found
