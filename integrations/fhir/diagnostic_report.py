"""The report of a case: one resource, whose versions are the signed versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.fhir import systems
from integrations.fhir.observation import insufficient_text, names_in, observation_id
from integrations.fhir.parts import concept, identifier, present, reference, version_identifier
from integrations.fhir.signed_version import REPORT_STATUS

if TYPE_CHECKING:
    from integrations.fhir.signed_version import SignedVersion


def accession_numbering(laboratory: dict[str, str]) -> str:
    """Return the name of the numbering of a laboratory's accession numbers."""
    return f"accession:{laboratory.get('slug') or laboratory['id']}"


def diagnostic_report(signed: SignedVersion) -> dict[str, Any]:
    """Return the DiagnosticReport of one version; a withdrawn one keeps its place and says that it is an error."""
    content = signed.content
    signature, laboratory = content["signature"], content["laboratory"]
    names = [*names_in(content), *signed.former]
    return present(
        resourceType="DiagnosticReport",
        id=signed.case,
        meta=signed.meta,
        identifier=[
            identifier(accession_numbering(laboratory), content["case"]["accession_number"], "ACSN"),
            version_identifier(signed.report),
        ],
        basedOn=[reference("ServiceRequest", signed.order)] if signed.order else [],
        status=REPORT_STATUS[signed.kind],
        category=[concept(systems.V2_0074, systems.HEMATOLOGY)],
        code=concept(systems.LOINC, systems.LOINC_PANEL, "Differential of leukocytes on a blood smear"),
        subject=reference("Patient", content["patient"]["id"]),
        effectiveDateTime=content["case"]["collected_at"],
        issued=signature["signed_at"],
        performer=[reference("Organization", laboratory["id"], laboratory["name"])],
        resultsInterpreter=[reference("Practitioner", signature["signer"], signature["name"])],
        specimen=[reference("Specimen", signed.case)],
        result=[reference("Observation", observation_id(signed.case, name)) for name in names],
        media=[{"comment": title, "link": reference("Media", pk)} for pk, title in signed.images],
        conclusion=_conclusion(signed),
        presentedForm=[
            {
                "contentType": "application/pdf",
                "url": f"Binary/{signed.report}",
                "size": signed.pdf_size,
                "hash": signed.pdf_sha1,
                "title": f"Signed report, version {signed.version}",
                "creation": signature["signed_at"],
            }
        ],
    )


def _conclusion(signed: SignedVersion) -> str:
    """The pathologist's words, and before them why there is this version."""
    content = signed.content
    about = content["report"]
    parts = [insufficient_text(content), content["interpretation"], content["comments"]]
    if signed.version > 1:
        reason = ": ".join(filter(None, (about["reason_label"], about["reason"])))
        parts.insert(0, f"{about['kind_label']} (version {signed.version}). {reason}".strip())
    if signed.is_withdrawn:
        parts.insert(0, "Do not use: this report was withdrawn.")
    return "\n\n".join(filter(None, parts))
