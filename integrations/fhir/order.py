"""Orders and the specimens that came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.codes import SPECIMEN_REASONS
from integrations.fhir import systems
from integrations.fhir.parts import concept, identifier, present, reference

ORDER_STATUS = {
    "requested": "active",
    "accepted": "active",
    "in_progress": "active",
    "completed": "completed",
    "cancelled": "revoked",
    "rejected": "revoked",
}
"""The status of a ServiceRequest, by the state of the order."""


@dataclass(frozen=True, slots=True)
class RejectedSpecimen:
    """Why a specimen was rejected: codes with the sentence of each, and what the laboratory says besides."""

    reasons: tuple[tuple[str, str], ...]
    words: str = ""

    @property
    def text(self) -> str:
        """All of it in words."""
        return " ".join(filter(None, (*(sentence for _, sentence in self.reasons), self.words)))


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order; ids are text, times ISO 8601. `specimen` is the id of its case, empty while there is none.

    `reason` and `reason_code` say why it was cancelled or rejected, `rejected` why it waits for another specimen.
    """

    pk: str
    state: str
    patient: str
    laboratory: str
    placer_numbering: str
    placer_number: str
    group_number: str
    service_code: str
    priority: str
    clinical_question: str
    ordering_name: str
    ordering_id: str
    authored: str
    updated: str
    specimen: str
    visit_number: str = ""
    location: str = ""
    reason: str = ""
    reason_code: str = ""
    rejected: RejectedSpecimen | None = None


@dataclass(frozen=True, slots=True)
class SpecimenRecord:
    """The smear of a case; ids are text, times ISO 8601 and empty where not known."""

    pk: str
    accession_numbering: str
    accession_number: str
    patient: str
    collected: str
    received: str
    stain: str
    order: str
    rejected: RejectedSpecimen | None = None


def status_reason(order: OrderRecord) -> dict[str, Any] | None:
    """Return why an order came to nothing, in words and, where the laboratory rejected it, by a code."""
    if not order.reason:
        return None
    own = [{"system": systems.ORDER_REJECTION, "code": order.reason_code}] if order.reason_code else []
    table = systems.REJECTIONS.get(order.reason_code)
    shared = [{"system": systems.V2_0490, "code": table}] if table else []
    return present(coding=[*shared, *own], text=order.reason)


def specimen_reason(rejected: RejectedSpecimen) -> dict[str, Any]:
    """Return why a specimen was rejected: each reason in HL7's table and in ours, and all of it in words."""
    shared = [{"system": systems.V2_0490, "code": SPECIMEN_REASONS[code]} for code, _ in rejected.reasons]
    own = [{"system": systems.SPECIMEN_REJECTION, "code": code} for code, _ in rejected.reasons]
    return present(coding=[*shared, *own], text=rejected.text)


def _condition(code: str, sentence: str) -> dict[str, Any]:
    table = systems.CONDITIONS.get(code)
    shared = [{"system": systems.SPECIMEN_CONDITION, "code": table}] if table else []
    return present(coding=[*shared, {"system": systems.SPECIMEN_REJECTION, "code": code}], text=sentence)


def service_request(order: OrderRecord) -> dict[str, Any]:
    """Return the ServiceRequest of an order."""
    requester = present(
        display=order.ordering_name,
        identifier=identifier("orderer", order.ordering_id) if order.ordering_id else None,
    )
    group = identifier(f"group:{order.placer_numbering}", order.group_number) if order.group_number else None
    ordered = [{"system": systems.LOINC, "code": systems.LOINC_PANEL}]
    if order.service_code:
        ordered.append({"code": order.service_code})
    reason = status_reason(order)
    return present(
        resourceType="ServiceRequest",
        id=order.pk,
        meta={"lastUpdated": order.updated},
        extension=[{"url": systems.STATUS_REASON, "valueCodeableConcept": reason}] if reason else [],
        identifier=[identifier(order.placer_numbering, order.placer_number, "PLAC")],
        requisition=group,
        status=ORDER_STATUS[order.state],
        intent="order",
        priority=order.priority,
        code={"coding": ordered, "text": "Differential of leukocytes on a blood smear"},
        subject=reference("Patient", order.patient),
        encounter={"identifier": identifier("visit", order.visit_number, "VN")} if order.visit_number else None,
        authoredOn=order.authored,
        requester=requester,
        performer=[reference("Organization", order.laboratory)],
        locationReference=[{"display": order.location}] if order.location else [],
        reasonCode=[concept(text=order.clinical_question)] if order.clinical_question else [],
        specimen=[reference("Specimen", order.specimen)] if order.specimen else [],
    )


def specimen(found: SpecimenRecord) -> dict[str, Any]:
    """Return the Specimen of a case; one that was rejected is unsatisfactory."""
    rejected = found.rejected
    return present(
        resourceType="Specimen",
        id=found.pk,
        accessionIdentifier=identifier(found.accession_numbering, found.accession_number, "ACSN"),
        status="unsatisfactory" if rejected is not None else "",
        type_=concept(systems.V2_0487, systems.WHOLE_BLOOD, "Blood smear"),
        subject=reference("Patient", found.patient),
        receivedTime=found.received,
        request=[reference("ServiceRequest", found.order)] if found.order else [],
        collection=present(collectedDateTime=found.collected),
        processing=[{"description": f"Smeared and stained: {found.stain}"}] if found.stain else [],
        condition=[_condition(*reason) for reason in rejected.reasons] if rejected is not None else [],
        note=[{"text": rejected.words}] if rejected is not None and rejected.words else [],
    )
