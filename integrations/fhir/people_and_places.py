"""Who and what took part: organisations, signers, models."""

from __future__ import annotations

from typing import Any

from integrations.fhir import systems
from integrations.fhir.parts import OWN_SYSTEM, concept, identifier, present


def organization(
    *, pk: str, name: str, slug: str = "", active: bool = True, numbers: tuple[tuple[str, str], ...] = ()
) -> dict[str, Any]:
    """Return an Organization; `numbers` are (system, value) of other systems."""
    own = [identifier("organisation", slug)] if slug else []
    return present(
        resourceType="Organization",
        id=pk,
        identifier=own + [identifier(system, value) for system, value in numbers],
        active=active,
        type_=[concept(systems.ORGANIZATION_TYPE, "prov")],
        name=name,
    )


def practitioner(*, pk: str, name: str) -> dict[str, Any]:
    """Return a Practitioner: a signer, under the name of the signature."""
    return {"resourceType": "Practitioner", "id": pk, "name": [{"text": name}]}


def device(*, pk: str, name: str, version: str, card_sha256: str) -> dict[str, Any]:
    """Return a Device: one version of a model, with the hash of the card it was validated under."""
    return {
        "resourceType": "Device",
        "id": pk,
        "identifier": [{"system": f"{OWN_SYSTEM}model-card-sha256", "value": card_sha256}],
        "status": "active",
        "deviceName": [{"name": name, "type": "model-name"}],
        "type": {"text": "Model that finds and names cells on smear images"},
        "version": [{"value": version}],
    }
