"""Who answers for a version of a report, on what it rests, and the signature."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from integrations.fhir import systems
from integrations.fhir.parts import concept, present, reference, version_identifier

if TYPE_CHECKING:
    from integrations.fhir.signed_version import SignedVersion


def provenance(signed: SignedVersion) -> dict[str, Any]:
    """Return the Provenance of one version; its id is that of the version.

    Versions are named by their identifier beside the reference, so that a Bundle that has only the last one can be read
    without the server.
    """
    content = signed.content
    signature = content["signature"]
    signer = reference("Practitioner", signature["signer"], signature["name"])
    laboratory = reference("Organization", content["laboratory"]["id"], content["laboratory"]["name"])
    report = reference("DiagnosticReport", signed.case, f"version {signed.version}")
    before = {"identifier": version_identifier(signed.previous), "display": f"version {signed.version - 1}"}
    why = ": ".join(filter(None, (content["report"]["reason_label"], content["report"]["reason"])))
    return present(
        resourceType="Provenance",
        id=signed.report,
        target=[report | {"identifier": version_identifier(signed.report)}],
        recorded=signature["signed_at"],
        reason=[concept(text=why)] if why else [],
        agent=[
            {"type": concept(systems.PROVENANCE_AGENT, "verifier"), "who": signer, "onBehalfOf": laboratory},
            *(
                {
                    "type": concept(systems.PROVENANCE_AGENT, "assembler"),
                    "who": reference("Device", model["id"], f"{model['name']} {model['version']}"),
                }
                for model in content["ai"]["models"]
            ),
        ],
        entity=[{"role": "revision", "what": before}] if signed.previous else [],
        signature=[
            {
                "type": [{"system": systems.SIGNATURE_TYPE, "code": systems.VERIFICATION_SIGNATURE}],
                "when": signature["signed_at"],
                "who": signer,
                "sigFormat": "application/octet-stream",
                # SHA-256 that binds the signer to the digest of the version.
                "data": base64.b64encode(bytes.fromhex(signed.signature_digest)).decode("ascii"),
            }
        ],
    )
