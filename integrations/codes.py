"""Codes of what is sent to other systems: LOINC for results, UCUM for units, HL7's own tables.

Pathologists verify every cell, so that a result carries the codes without a method, never those of an automated count.
"""

from __future__ import annotations

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
V2_0487 = "http://terminology.hl7.org/CodeSystem/v2-0487"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DATA_ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
PROVENANCE_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
MEDIA_TYPE = "http://terminology.hl7.org/CodeSystem/media-type"
SIGNATURE_TYPE = "urn:iso-astm:E1762-95:2013"

VERIFICATION_SIGNATURE = "1.2.840.10065.1.12.1.5"
HEMATOLOGY = "HM"
WHOLE_BLOOD = "BLD"

LOINC_PANEL = "24318-8"
LOINC_CELLS_COUNTED = "11282-1"
LOINC_ERYTHROBLASTS_PER_100 = "19048-8"
LOINC_PERCENT = {
    "neutrophil": "26511-6",
    "lymphocyte": "26478-8",
    "monocyte": "26485-3",
    "eosinophil": "26450-7",
    "basophil": "30180-4",
    "immature_granulocyte": "38518-7",
}
"""Percent of counted leukocytes, by class."""
LOINC_ABSOLUTE = {
    "neutrophil": "26499-4",
    "lymphocyte": "26474-7",
    "monocyte": "26484-6",
    "eosinophil": "26449-9",
    "basophil": "26444-0",
    "immature_granulocyte": "51584-1",
}
"""10*9/L, by class."""

UCUM_PERCENT = "%"
UCUM_NUMBER = "{#}"
UCUM_PER_LITRE = "10*9/L"
UCUM_PER_100_LEUKOCYTES = "/100{WBCs}"
