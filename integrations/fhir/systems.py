"""What FHIR calls the systems of codes, and the codes of results that it shares with HL7 v2."""

from __future__ import annotations

from integrations.codes import (
    ABSOLUTE,
    COUNTED,
    LEUKOCYTES,
    PANEL,
    PER_100,
    PERCENT,
    REPORT,
    RESULTS,
    UNITS,
)

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
V2_0487 = "http://terminology.hl7.org/CodeSystem/v2-0487"
V2_0490 = "http://terminology.hl7.org/CodeSystem/v2-0490"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
PROVENANCE_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
MEDIA_TYPE = "http://terminology.hl7.org/CodeSystem/media-type"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
ROLE = "http://terminology.hl7.org/CodeSystem/extra-security-role-type"
AUDIT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
AUDIT_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
AUDIT_SOURCE = "http://terminology.hl7.org/CodeSystem/security-source-type"
OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
SOFTWARE = "HematoVision"
SNOMED = "http://snomed.info/sct"
STATUS_REASON = "http://hl7.org/fhir/StructureDefinition/request-statusReason"
"""The extension that says why a request is in its status."""
SIGNATURE_TYPE = "urn:iso-astm:E1762-95:2013"

VERIFICATION_SIGNATURE = "1.2.840.10065.1.12.1.5"
HEMATOLOGY = "HM"
WHOLE_BLOOD = "BLD"
ORDER_REJECTION = "urn:hematovision:order-rejection"
SPECIMEN_REJECTION = "urn:hematovision:specimen-rejection"
SPECIMEN_CONDITION = "http://terminology.hl7.org/CodeSystem/v2-0493"
CONDITIONS = {"clotted": "CLOT", "haemolysed": "HEM"}
"""Why a specimen was rejected, in the table of conditions of specimens (v2-0493), where it has the reason."""
REJECTIONS = {"mismatch": "RI", "label": "RM", "damaged": "RB", "clotted": "RC"}
"""Why an order was rejected, in the table of rejected specimens (v2-0490), where it has the reason."""
LABORATORY_PROCEDURE = "108252007"
BLOODS = {
    (V2_0487, "BLD"),
    (V2_0487, "BLDV"),
    (SNOMED, "119297000"),
    (SNOMED, "122555007"),
    (SNOMED, "258580003"),
    (SNOMED, "119300005"),
}
"""Kinds of specimen that are blood: blood, venous and whole blood, a smear of blood."""

LOINC_PANEL = RESULTS[REPORT, PANEL].code
LOINC_CELLS_COUNTED = RESULTS[LEUKOCYTES, COUNTED].code
LOINC_ERYTHROBLASTS_PER_100 = RESULTS["erythroblast", PER_100].code
LOINC_PERCENT = {name: coded.code for (name, quantity), coded in RESULTS.items() if quantity == PERCENT}
"""Percent of counted leukocytes, by class."""
LOINC_ABSOLUTE = {name: coded.code for (name, quantity), coded in RESULTS.items() if quantity == ABSOLUTE}
"""10*9/L, by class."""

UCUM_PERCENT = UNITS[PERCENT]
UCUM_NUMBER = UNITS[COUNTED]
UCUM_PER_LITRE = UNITS[ABSOLUTE]
UCUM_PER_100_LEUKOCYTES = UNITS[PER_100]
