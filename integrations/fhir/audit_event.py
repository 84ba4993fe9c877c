"""One event of the audit trail, in the shape of IHE's Basic Audit Log Patterns (BALP)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.fhir import systems
from integrations.fhir.parts import OWN_SYSTEM, present, reference

RESOURCES = {
    "accounts.organisation": "Organization",
    "accounts.user": "Practitioner",
    "cases.case": "Specimen",
    "cases.order": "ServiceRequest",
    "cases.patient": "Patient",
    "cases.smearimage": "Media",
    "classifier.modelversion": "Device",
    "reports.report": "Provenance",
}
"""The resource that a record is read as, under the same id; others are named by their type and id."""

_READ, _SEARCH, _CREATE, _UPDATE, _DELETE, _OTHER = (
    ("R", "read"), ("E", "search-type"), ("C", "create"), ("U", "update"), ("D", "delete"), ("E", "operation"),
)  # fmt: skip
_KINDS = {
    **dict.fromkeys(("view", "download", "print", "export"), _READ),
    "search": _SEARCH,
    **dict.fromkeys(("create", "invite"), _CREATE),
    **dict.fromkeys(
        (
            "update", "reclassify", "review", "submit", "cancel", "transition", "sign", "correct", "permission_change",
            "configuration", "model_change", "mfa_change", "password_change",
        ),
        _UPDATE,
    ),
    "delete": _DELETE,
}  # fmt: skip
_LOGINS = {"sign_in": "110122", "sign_in_failed": "110122", "locked_out": "110122", "sign_out": "110123"}
_OUTCOMES = {"success": "0", "denied": "4", "failure": "8"}


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event; ids are text and empty where there is none, `at` is ISO 8601. `by_program` says that a token did it."""

    pk: str
    at: str
    action: str
    action_label: str
    outcome: str
    reason: str
    actor: str
    actor_name: str
    actor_role: str
    by_program: bool
    address: str
    organisation: str
    object_type: str
    object_id: str
    patient: str
    request: str


def audit_event(event: EventRecord) -> dict[str, Any]:
    """Return the AuditEvent: who did what to which record, never what it said."""
    code, interaction = _KINDS.get(event.action, _OTHER)
    login = _LOGINS.get(event.action)
    own = {"system": f"{OWN_SYSTEM}audit-action", "code": event.action, "display": event.action_label}
    standard = (
        {"system": systems.DICOM, "code": login} if login else {"system": systems.INTERACTION, "code": interaction}
    )
    return present(
        resourceType="AuditEvent",
        id=event.pk,
        type_={"system": systems.DICOM, "code": "110114"} if login else {"system": systems.AUDIT_TYPE, "code": "rest"},
        subtype=[standard, own],
        action=code,
        recorded=event.at,
        outcome=_OUTCOMES[event.outcome],
        outcomeDesc=event.reason if event.outcome != "success" else "",
        agent=[_actor(event), _server()],
        source={
            "observer": {"display": systems.SOFTWARE},
            "type": [{"system": systems.AUDIT_SOURCE, "code": "4"}],
        },
        entity=_entities(event),
    )


def _actor(event: EventRecord) -> dict[str, Any]:
    kind = (
        {"system": systems.DICOM, "code": "110153"}
        if event.by_program
        else {"system": systems.ROLE, "code": "humanuser"}
    )
    if not event.actor and event.actor_role == "system":
        kind = {"system": systems.DICOM, "code": "110150"}
    number = {"system": f"{OWN_SYSTEM}account", "value": event.actor} if event.actor else None
    place = {"system": f"{OWN_SYSTEM}organisation", "code": event.organisation}
    return present(
        type_={"coding": [kind]},
        role=[{"coding": [place]}] if event.organisation else [],
        who=present(identifier=number, display=event.actor_name or ("" if event.actor else systems.SOFTWARE)),
        requestor=True,
        network={"address": event.address, "type": "2"} if event.address else None,
    )


def _server() -> dict[str, Any]:
    kind = {"system": systems.DICOM, "code": "110152"}
    return {"type": {"coding": [kind]}, "who": {"display": systems.SOFTWARE}, "requestor": False}


def _entities(event: EventRecord) -> list[dict[str, Any]]:
    found = []
    if event.patient:
        found.append(_entity(reference("Patient", event.patient), kind="1", role="1"))
    resource = RESOURCES.get(event.object_type)
    if resource == "Patient" and event.object_id == event.patient:
        pass  # named above, as the patient
    elif event.object_id and resource:
        found.append(_entity(reference(resource, event.object_id), kind="2", role="4"))
    elif event.object_type:
        number = present(system=f"{OWN_SYSTEM}record:{event.object_type}", value=event.object_id)
        found.append(_entity({"identifier": number}, kind="2", role="4"))
    if event.request:
        kind = {"system": systems.BALP_ENTITY, "code": "XrequestId"}
        found.append({"what": {"identifier": {"value": event.request}}, "type": kind})
    return found


def _entity(what: dict[str, Any], *, kind: str, role: str) -> dict[str, Any]:
    return {
        "what": what,
        "type": {"system": systems.AUDIT_ENTITY, "code": kind},
        "role": {"system": systems.OBJECT_ROLE, "code": role},
    }
