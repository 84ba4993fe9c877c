"""A report with everything it names, in one Bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.fhir.diagnostic_report import diagnostic_report
from integrations.fhir.observation import observations
from integrations.fhir.people_and_places import device, practitioner
from integrations.fhir.provenance import provenance

if TYPE_CHECKING:
    from integrations.fhir.signed_version import SignedVersion


def of_version(signed: SignedVersion) -> list[dict[str, Any]]:
    """Return the resources that the content of one version alone says: report, results, signer, models, provenance."""
    signature = signed.content["signature"]
    return [
        diagnostic_report(signed),
        *observations(signed),
        practitioner(pk=signature["signer"], name=signature["name"]),
        *(
            device(pk=one["id"], name=one["name"], version=one["version"], card_sha256=one["card_sha256"])
            for one in signed.content["ai"]["models"]
        ),
        provenance(signed),
    ]
