"""What this server can do, as a CapabilityStatement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.fhir.parts import present


@dataclass(frozen=True, slots=True)
class Served:
    """One resource: its search parameters (name, type, words; none where it is only read), includes, versions."""

    resource: str
    params: tuple[tuple[str, str, str], ...] = ()
    includes: tuple[str, ...] = ()
    with_history: bool = False
    operations: tuple[str, ...] = ()


def capability_statement(base: str, served: list[Served]) -> dict[str, Any]:
    """Return the CapabilityStatement of the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-30",
        "kind": "instance",
        "software": {"name": "HematoVision"},
        "implementation": {"description": "Signed reports of blood smears, to be read", "url": base.rstrip("/")},
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
            }
        ],
    }


def _resource(base: str, served: Served) -> dict[str, Any]:
    interactions = ["read", *(["vread"] if served.with_history else []), *(["search-type"] if served.params else [])]
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
    served = Served("DiagnosticReport")
    return {
        "resourceType": "OperationDefinition",
        "id": "DiagnosticReport-bundle",
        "url": operation_address(base, served, "bundle"),
        "name": "WholeReport",
        "title": "A report with everything it names",
        "status": "active",
        "kind": "operation",
        "affectsState": False,
        "code": "bundle",
        "resource": ["DiagnosticReport"],
        "system": False,
        "type": False,
        "instance": True,
        "parameter": [
            {
                "name": "return",
                "use": "out",
                "min": 1,
                "max": "1",
                "documentation": "The report that stands, its results, people, places, models, images and PDF.",
                "type": "Bundle",
            }
        ],
    }
