"""Codes of results in other people's systems: LOINC, UCUM and tables of HL7, in one place. Pure, no database.

A person verifies every cell of an image differential, so none of these is an "automated count" of LOINC: percentages are
without a method, and what was counted is said beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

LOINC = "LN"
"""Name of LOINC as a coding system (HL7 table 0396)."""
UCUM = "UCUM"

PERCENT = "percent"
ABSOLUTE = "absolute"
PER_100 = "per_100"
COUNTED = "counted"
WBC = "wbc"
TEXT = "text"
DOCUMENT = "document"
PANEL = "panel"

LEUKOCYTES = "leukocyte"
"""What stands in place of a class for quantities of all leukocytes."""
REPORT = "report"
"""What stands in place of a class for what the report says as a whole."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One code with its text and the system it is of."""

    code: str
    text: str
    system: str = LOINC


RESULTS: dict[tuple[str, str], Coded] = {
    (LEUKOCYTES, COUNTED): Coded("11282-1", "Cells counted Total [#] in Blood"),
    (LEUKOCYTES, WBC): Coded("26464-8", "Leukocytes [#/volume] in Blood"),
    ("neutrophil", PERCENT): Coded("26511-6", "Neutrophils/Leukocytes in Blood"),
    ("neutrophil", ABSOLUTE): Coded("26499-4", "Neutrophils [#/volume] in Blood"),
    ("eosinophil", PERCENT): Coded("26450-7", "Eosinophils/Leukocytes in Blood"),
    ("eosinophil", ABSOLUTE): Coded("26449-9", "Eosinophils [#/volume] in Blood"),
    ("basophil", PERCENT): Coded("30180-4", "Basophils/Leukocytes in Blood"),
    ("basophil", ABSOLUTE): Coded("26444-0", "Basophils [#/volume] in Blood"),
    ("lymphocyte", PERCENT): Coded("26478-8", "Lymphocytes/Leukocytes in Blood"),
    ("lymphocyte", ABSOLUTE): Coded("26474-7", "Lymphocytes [#/volume] in Blood"),
    ("monocyte", PERCENT): Coded("26485-3", "Monocytes/Leukocytes in Blood"),
    ("monocyte", ABSOLUTE): Coded("26484-6", "Monocytes [#/volume] in Blood"),
    ("immature_granulocyte", PERCENT): Coded("38518-7", "Immature granulocytes/Leukocytes in Blood"),
    ("immature_granulocyte", ABSOLUTE): Coded("51584-1", "Immature granulocytes [#/volume] in Blood"),
    ("blast", PERCENT): Coded("26446-5", "Blasts/Leukocytes in Blood"),
    ("blast", ABSOLUTE): Coded("30376-8", "Blasts [#/volume] in Blood"),
    ("erythroblast", PER_100): Coded("19048-8", "Nucleated erythrocytes/100 leukocytes [Ratio] in Blood"),
    (REPORT, PANEL): Coded("24318-8", "Differential panel, method unspecified - Blood"),
    (REPORT, TEXT): Coded("14869-2", "Pathologist review of Blood tests"),
    (REPORT, DOCUMENT): Coded("11502-2", "Laboratory report"),
}
"""The result code of each class and quantity: the table every receiver starts from."""

UNITS = {
    COUNTED: "{#}",
    PERCENT: "%",
    ABSOLUTE: "10*9/L",
    PER_100: "/100{WBCs}",
    WBC: "10*9/L",
}
"""The unit of each quantity, in UCUM."""
EQUAL_UNITS = {
    COUNTED: frozenset({"{#}", "{cells}", "1"}),
    PERCENT: frozenset({"%"}),
    ABSOLUTE: frozenset({"10*9/L", "10*3/uL", "10*3/mm3", "10*6/mL", "/nL", "G/L", "10^9/L", "10^3/uL", "K/uL"}),
    PER_100: frozenset({"/100{WBCs}", "/100{WBC}", "/100 WBC", "%"}),
    WBC: frozenset({"10*9/L", "10*3/uL", "10*3/mm3", "10*6/mL", "/nL", "G/L", "10^9/L", "10^3/uL", "K/uL"}),
}
"""Units in which the same number says the same: no value is ever converted on its way out."""
WBC_CODES = frozenset({"6690-2", "26464-8"})
"""Codes under which a white cell count comes in with an order."""

SEX_OUT = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
"""HL7 table 0001."""
SEX_IN = {"M": "male", "F": "female", "O": "other", "A": "other", "N": "other", "U": "unknown", "": "unknown"}
PRIORITIES_IN = {
    "S": "stat",
    "A": "urgent",
    "T": "urgent",
    "R": "routine",
    "P": "routine",
    "C": "routine",
    "": "routine",
}
"""HL7 table 0485: stat, as soon as possible, timing critical, routine, preoperative, call back."""

REJECT_REASONS = {
    "EX": "Expired",
    "QS": "Quantity not sufficient",
    "RB": "Broken container",
    "RC": "Clotting",
    "RD": "Missing collection date",
    "RA": "Missing patient ID number",
    "RE": "Missing patient name",
    "RH": "Hemolysis",
    "RI": "Identification problem",
    "RM": "Labeling",
    "RN": "Contamination",
    "RP": "Missing phlebotomist ID",
    "RR": "Improper storage",
    "RS": "Name misspelling",
}
"""HL7 table 0490, why a specimen was rejected."""
SPECIMEN_REASONS = {
    "unlabelled": "RM",
    "identity_mismatch": "RI",
    "missing_request_data": "RD",
    "clotted": "RC",
    "haemolysed": "RH",
    "too_old": "EX",
    "smear_unreadable": "QS",
    "stain_unusable": "RN",
    "slide_damaged": "RB",
    "images_unusable": "QS",
}
"""The code of that table for each reason for which a laboratory rejects a specimen; a mapping may say another."""
BLOOD = Coded("119297000", "Blood specimen", "SCT")
