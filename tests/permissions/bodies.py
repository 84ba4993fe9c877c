"""What a line of the matrix sends: the body of each change, made from its object."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from integrations.fhir.systems import STATUS_REASON
from tests.factories.specimens import png
from tests.permissions.world import World


def _upload(_world: World, _target: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("field.png", png(251), content_type="image/png")}


def _order_of_images(world: World, target: str) -> dict[str, Any]:
    made = world.specimens.get(target.partition(":")[0])
    return {"images": [str(made.image.pk if made else uuid.UUID(int=0))]}


def _patient(_world: World, target: str) -> dict[str, Any]:
    clinic = target.partition(":")[2]
    person = {"mrn": "new", "family_name": "New", "birth_date": "1990-01-01", "sex": "other"}
    return person | ({"clinic": clinic} if clinic else {})


def _correction(world: World, target: str) -> dict[str, Any]:
    name, _, what = target.partition(":")
    if what == "number":
        return {"action": "add_number", "system": "national", "value": "1"}
    stands = world.specimens[name].patient
    names = ("mrn", "family_name", "given_name", "birth_date")
    return {name: getattr(stands, name) for name in names} | {"sex": "other", "reason": "mistyped", "seen": "0"}


def _merge(world: World, target: str) -> dict[str, Any]:
    """Into themselves: whoever may merge is told that this is no merge, and the row is there for the next."""
    made = world.specimens.get(target.partition(":")[0])
    return {"into": str(made.patient.pk if made else uuid.UUID(int=0)), "reason": "Registered twice, says the clinic."}


def _case(world: World, target: str) -> dict[str, Any]:
    name, _, clinic = target.partition(":")[2].partition("@")
    case = {"patient": str(world.specimens[name or "draft"].patient.pk), "accession_number": "NEW-1"}
    return case | ({"clinic": clinic} if clinic else {})


def _new_case(_world: World, _target: str) -> dict[str, Any]:
    return {
        "action": "create",
        "mrn": "new",
        "family_name": "New",
        "given_name": "Given",
        "birth_date": "1990-01-01",
        "sex": "other",
        "accession_number": "NEW-1",
        "priority": "routine",
        "stain": "giemsa",
    }


def _order(world: World, target: str) -> dict[str, Any]:
    name, _, clinic = target.partition(":")[2].partition("@")
    order = {"patient": str(world.specimens[name].patient.pk), "placer_number": "NEW-1"}
    return order | ({"clinic": clinic} if clinic else {})


def _transaction(_world: World, target: str) -> dict[str, Any]:
    """An order for a new patient, of the clinic after the colon or of the caller's own organisation."""
    person, clinic = "urn:uuid:00000000-0000-4000-8000-000000000001", target.partition(":")[2]
    patient: dict[str, Any] = {"resourceType": "Patient", "identifier": [{"value": "new"}], "name": [{"family": "New"}]}
    if clinic:
        patient["managingOrganization"] = {"identifier": {"value": clinic}}
    order = {
        "resourceType": "ServiceRequest",
        "identifier": [{"value": "NEW-1"}],
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"code": "DIFF"}]},
        "subject": {"reference": person},
    }
    known = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=new"}
    entries = [
        {"fullUrl": person, "resource": patient, "request": known},
        {"resource": order, "request": {"method": "POST", "url": "ServiceRequest"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


_REVOKING = [
    {"op": "replace", "path": "/status", "value": "revoked"},
    {"op": "add", "path": "/extension", "value": [{"url": STATUS_REASON, "valueCodeableConcept": {"text": "Twice."}}]},
]


def _placed(world: World, target: str) -> dict[str, Any]:
    """Everybody names the clinic of the patient; whoever places for their own alone is not asked."""
    patient = world.specimens[target.partition(":")[2]].patient
    order = {"action": "create", "placer_number": "NEW-1", "priority": "routine"}
    return order | {"patient": str(patient.pk), "clinic": str(patient.organisation_id)}


def _unwrap(world: World, target: str) -> dict[str, Any]:
    return {"device": str(world.objects[target].pk if target == "device" else uuid.UUID(int=0)), "wrapped": ["A" * 512]}


def _discard(world: World, target: str) -> dict[str, Any]:
    person = world.people.get(target)
    return {"person": str(person.pk if person else uuid.UUID(int=0)), "items": 1}


BODIES: dict[tuple[str, str], Any] = {
    ("POST", "education:comment"): lambda _world, _target: {"text": "It could be a blast."},
    ("POST", "education:caption"): lambda _world, _target: {"text": "Folded nucleus"},
    ("POST", "education:question"): lambda _world, _target: {"label": "neutrophil"},
    ("POST", "education:differential"): lambda _world, _target: {"finish": "1"},
    ("POST", "education:differential_answers"): lambda _world, _target: {
        "entries": [{"position": 1, "turn": 0, "code": "neutrophil", "ms": 900}]
    },
    ("POST", "offline:unwrap"): _unwrap,
    ("POST", "offline:discard"): _discard,
    ("POST", "integrations:new_connection"): lambda _world, _target: {"name": "New", "charset": "ASCII"},
    ("POST", "integrations:edit_connection"): lambda world, target: {
        "name": "Off",
        "seen": world.objects[target].version if target in world.objects else 1,
        "ack_timeout": 15,
        "charset": "UNICODE UTF-8",
    },
    ("POST", "integrations:console"): lambda world, _target: {
        "connection": str(world.objects["line_in"].pk),
        "text": "MSH|^~\\&|LIS|HOSPITAL|HV|LAB|20261128083000+0100||ADT^A08|1|P|2.5.1",
    },
    ("POST", "integrations:switch_off"): lambda _world, _target: {"reason": "It moves to another host."},
    ("POST", "integrations:pause"): lambda _world, _target: {"hours": "1", "reason": "The system is updated."},
    ("POST", "integrations:new_mapping"): lambda _world, _target: {"name": "New"},
    ("POST", "integrations:edit_table"): lambda _world, _target: {"seen": 1},
    ("POST", "integrations:mark_handled"): lambda _world, _target: {"reason": "Told them by telephone."},
    ("POST", "integrations:answer_message"): lambda _world, _target: {
        "answer": "another person",
        "reason": "Another birth date.",
    },
    ("POST", "workbench:pseudonymisation"): lambda _world, _target: {"reason": "The law asks no longer.", "mrn": "1"},
    ("POST", "workbench:merge"): lambda world, target: _merge(world, target) | {"action": "merge", "one_person": "yes"},
    ("POST", "api:patient_merge"): _merge,
    ("POST", "workbench:restriction"): lambda _world, _target: {"reason": "The patient asked for erasure."},
    ("POST", "education:material"): lambda world, _target: {
        "cell": [str(world.objects["near_cell"].pk)],
        "reason": "Writing on the glass.",
    },
    ("POST", "education:consents"): lambda world, target: {
        "clinic": str(world.objects[target].pk),
        "agreed_on": "2026-01-15",
    },
    ("POST", "education:copy"): lambda world, _target: {
        "cell": [str(world.specimens["signed"].cells[0].pk)],
        "step": "copy",
        "confirmed": "yes",
    },
    ("POST", "education:certificate_request"): lambda _world, _target: {"action": "decline", "reason": "Not yet."},
    ("POST", "education:certificate"): lambda _world, _target: {"reason": "Another person answered."},
    ("POST", "education:objection"): lambda _world, _target: {"action": "object"},
    ("POST", "workbench:legal_holds"): lambda _world, _target: {"reason": "A court asked for everything."},
    ("POST", "api:patients"): _patient,
    ("POST", "api:cases"): _case,
    ("POST", "api:orders"): _order,
    ("POST", "api:reconciliation"): lambda _world, _target: "accession,version,received_at\n",
    ("POST", "integrations:reconciliation"): lambda _world, _target: {
        "received": SimpleUploadedFile("list.csv", b"accession,version,received_at\n")
    },
    ("POST", "fhir:base"): _transaction,
    ("POST", "fhir:patient_merge"): _merge,
    # Without a status there is nothing to do for whoever may: what the matrix asks is who may.
    ("PUT", "fhir:service_request"): lambda _world, _target: {"resourceType": "ServiceRequest"},
    ("PATCH", "fhir:service_request"): lambda _world, _target: _REVOKING,
    ("PATCH", "api:order"): lambda _world, _target: {"priority": "stat"},
    ("POST", "api:order_cancel"): lambda _world, _target: {"reason": "ordered twice"},
    ("PATCH", "api:patient"): lambda _world, _target: {"sex": "other", "reason": "mistyped"},
    ("POST", "workbench:patient"): _correction,
    ("PATCH", "api:case"): lambda _world, _target: {"priority": "stat"},
    ("POST", "api:case_cancel"): lambda _world, _target: {"reason": "ordered twice"},
    ("POST", "api:case_images"): _upload,
    ("POST", "api:try"): lambda world, target: _upload(world, target) | {"confirmed": "true"},
    ("POST", "sandbox:try"): lambda world, target: {"pictures": _upload(world, target)["file"], "confirmed": "on"},
    ("POST", "review:actions"): lambda world, target: {
        "action_id": str(uuid.uuid4()),
        "kind": "flag",
        "cells": [{"id": str(world.specimens[target].cells[0].pk), "revision": 0}],
    },
    ("POST", "review:cells"): lambda world, target: {
        "action_id": str(uuid.uuid4()),
        "image": str(world.specimens[target].image.pk),
        "box": [40, 30, 10, 10],
    },
    ("PUT", "review:keys"): lambda _world, _target: {"keys": {"exclude": ["G"]}},
    # In small letters: what was sought is repeated to whoever finds nothing, and is no leak.
    ("POST", "workbench:search"): lambda world, target: {"q": world.specimens[target].case.accession_number.lower()},
    ("POST", "workbench:scan"): lambda _world, _target: {"code": "NEW-1"},
    ("POST", "workbench:new_case"): _new_case,
    ("POST", "workbench:check_label"): lambda _world, _target: {"code": "OTHER-1"},
    ("POST", "workbench:confirm_label"): lambda _world, _target: {"check": str(uuid.UUID(int=0)), "reason": "It is."},
    ("POST", "workbench:add_images"): lambda world, target: {"files": _upload(world, target)["file"]},
    ("POST", "workbench:submit_case"): lambda _world, _target: {"identity": "confirmed"},
    ("POST", "workbench:edit_case"): lambda world, target: {
        "accession_number": f"{world.specimens[target].case.accession_number}-R",
        "priority": "urgent",
        "stain": "giemsa",
    },
    ("POST", "consult:ask"): lambda world, _target: {
        "colleague": str(world.objects["colleague"].pk),
        "how": "open",
        "scope": "all",
    },
    ("POST", "consult:labels"): lambda world, _target: {
        "cell": str(world.specimens["ready"].cells[0].pk),
        "code": "monocyte",
    },
    ("POST", "consult:answer"): lambda _world, _target: {"words": "I agree."},
    ("POST", "consult:decline"): lambda _world, _target: {"reason": "On leave."},
    ("POST", "consult:close"): lambda _world, _target: {"reason": "Not needed."},
    ("POST", "consult:clinic_thread"): lambda _world, _target: {"text": "Is there an older smear?"},
    ("POST", "consult:discussion"): lambda _world, _target: {"text": "Look again."},
    ("POST", "reports:amend"): lambda _world, _target: {
        "kind": "corrected",
        "reason_code": "other",
        "reason": "Viewed again.",
    },
    ("POST", "reports:move"): lambda _world, _target: {"mrn": "nobody", "birth_date": "1990-01-01"},
    ("POST", "reports:templates"): lambda _world, _target: {"part": "comment", "title": "New", "text": "Words."},
    ("POST", "reports:template"): lambda _world, _target: {"part": "comment", "title": "Newer", "text": "Words."},
    ("POST", "reports:verify"): lambda _world, _target: {"hash": "0" * 64},
    ("POST", "oversight:break_glass"): lambda world, target: {
        # In small letters: what the caller typed comes back in the form, and is no leak.
        "accession_number": world.specimens[target].case.accession_number.lower(),
        "mrn": world.specimens[target].patient.mrn,
        "reason": "An emergency in our house.",
    },
    ("PUT", "api:source"): lambda _world, _target: {
        "instance": str(uuid.UUID(int=1)),
        "name": "Microscope 1",
        "version": "1.0.0",
        "waiting": 0,
        "held": 0,
        "refused": 0,
    },
    ("POST", "api:microscopes"): lambda _world, _target: {"organisation": "riverside-clinic", "name": "New"},
    ("PATCH", "api:image"): lambda _world, _target: {"microscope": None},
    ("PATCH", "api:microscope"): lambda _world, _target: {"objective": 50},
    ("POST", "workbench:new_microscope"): lambda world, _target: {
        "organisation": str(world.objects["clinic"].pk),
        "name": "Newer",
    },
    ("POST", "workbench:edit_microscope"): lambda _world, _target: {"name": "Renamed"},
    ("PUT", "api:case_images_order"): _order_of_images,
    ("POST", "workbench:draft_field"): lambda _world, _target: {"reason": "wrong"},
    ("POST", "review:return_field"): lambda _world, _target: {"reason": "blurred"},
    ("POST", "workbench:unknown_cameras"): lambda _world, _target: {"rule": "strict"},
    ("POST", "workbench:image_microscope"): lambda _world, _target: {"microscope": "none"},
    ("POST", "calibration:label"): lambda world, _target: {
        # A cell that is not of this microscope: those who may label learn nothing of it either.
        "cell": str(world.specimens["ready"].cells[0].pk),
        "code": "neutrophil",
    },
    ("POST", "calibration:use"): lambda world, _target: {
        "version": str(world.objects["model"].pk),
        "reason": "It is better there.",
    },
    ("POST", "calibration:stop"): lambda _world, _target: {"reason": "It is not."},
    ("POST", "workbench:new_order"): _placed,
    ("POST", "workbench:edit_order"): lambda world, target: {
        "priority": "stat",
        "seen": world.objects[target].updated_at.isoformat(),
    },
    ("POST", "workbench:cancel_order"): lambda _world, _target: {"reason": "ordered twice"},
    ("POST", "workbench:reject_order"): lambda _world, _target: {"reason_code": "clotted"},
    ("POST", "workbench:reject_specimen"): lambda _world, _target: {"reasons": ["clotted"]},
    ("POST", "workbench:cancel_case"): lambda _world, _target: {"reason": "ordered twice"},
}
