"""What this server can do, as a CapabilityStatement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.fhir.parts import present


@dataclass(frozen=True, slots=True)
class Served:
    """One resource: its search parameters (name, type, words; none where it is only read), includes, versions.

    `changes` are the interactions that change it: update, patch.
    """

    resource: str
    params: tuple[tuple[str, str, str], ...] = ()
    includes: tuple[str, ...] = ()
    with_history: bool = False
    operations: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


_TRANSACTION = (
    "An order: exactly one Patient with ifNoneExist=identifier=..., one ServiceRequest with intent order, and at most one "
    "Specimen. The same order again is answered with the order that was received."
)


def capability_statement(base: str, served: list[Served]) -> dict[str, Any]:
    """Return the CapabilityStatement of the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-30",
        "kind": "instance",
        "software": {"name": "HematoVision"},
        "implementation": {"description": "Orders of blood smears in, signed reports out", "url": base.rstrip("/")},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": "Bearer tokens of OAuth 2 client credentials, with the scopes of the REST API.",
                },
                "resource": [_resource(base, one) for one in served],
                "interaction": [{"code": "transaction", "documentation": _TRANSACTION}],
            }
        ],
    }


def _resource(base: str, served: Served) -> dict[str, Any]:
    versions = ["vread", "history-instance"] if served.with_history else []
    interactions = ["read", *versions, *served.changes, *(["search-type"] if served.params else [])]
    return present(
        type_=served.resource,
        interaction=[{"code": code} for code in interactions],
        versioning="versioned" if served.with_history else "no-version",
        searchInclude=list(served.includes),
        searchParam=[present(name=name, type_=kind, documentation=words) for name, kind, words in served.params],
        operation=[{"name": name, "definition": operation_address(base, served, name)} for name in served.operations],
    )


def operation_address(base: str, served: Served, name: str) -> str:
    """Return the canonical address of the definition of an operation."""
    return f"{base}OperationDefinition/{served.resource}-{name}"


def bundle_operation(base: str) -> dict[str, Any]:
    """Return the OperationDefinition of `DiagnosticReport/{id}/$bundle`."""
    said = "The report that stands, its results, people, places, models, images and PDF."
    return _operation(
        base,
        Served("DiagnosticReport"),
        "bundle",
        title="A report with everything it names",
        parameters=[_parameter("return", "out", "Bundle", said)],
    )


def merge_operation(base: str) -> dict[str, Any]:
    """Return the OperationDefinition of `Patient/{id}/$merge`."""
    return _operation(
        base,
        Served("Patient"),
        "merge",
        title="Make two records of one person one",
        changes=True,
        parameters=[
            _parameter("into", "in", "uuid", "The id of the patient that stands from now on."),
            _parameter("reason", "in", "string", "A sentence that names no patient: it stays in the audit trail."),
            _parameter("return", "out", "Patient", "The patient that stands."),
        ],
    )


def _operation(
    base: str, served: Served, name: str, *, title: str, parameters: list[dict[str, Any]], changes: bool = False
) -> dict[str, Any]:
    return {
        "resourceType": "OperationDefinition",
        "id": f"{served.resource}-{name}",
        "url": operation_address(base, served, name),
        "name": "".join(word.capitalize() for word in title.split()),
        "title": title,
        "status": "active",
        "kind": "operation",
        "affectsState": changes,
        "code": name,
        "resource": [served.resource],
        "system": False,
        "type": False,
        "instance": True,
        "parameter": parameters,
    }


def _parameter(name: str, use: str, kind: str, words: str) -> dict[str, Any]:
    return {"name": name, "use": use, "min": 1, "max": "1", "documentation": words, "type": kind}
