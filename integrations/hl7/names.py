"""What the segments that are spoken here and their fields are called in HL7 v2.5.1, so that a person can read a message."""

from __future__ import annotations

from collections.abc import Mapping

SEGMENTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "MSH": (
        "Message header",
        (
            *("Field separator", "Encoding characters", "Sending application", "Sending facility"),
            *("Receiving application", "Receiving facility", "Date/time of message", "Security", "Message type"),
            *("Message control ID", "Processing ID", "Version ID", "Sequence number", "Continuation pointer"),
            *("Accept acknowledgment type", "Application acknowledgment type", "Country code", "Character set"),
            *("Principal language of message", "Alternate character set handling scheme", "Message profile identifier"),
        ),
    ),
    "SFT": (
        "Software",
        (
            *("Software vendor organization", "Software certified version", "Software product name"),
            *("Software binary ID", "Software product information", "Software install date"),
        ),
    ),
    "MSA": (
        "Message acknowledgment",
        (
            *("Acknowledgment code", "Message control ID", "Text message", "Expected sequence number"),
            *("Delayed acknowledgment type", "Error condition"),
        ),
    ),
    "ERR": (
        "Error",
        (
            *("Error code and location", "Error location", "HL7 error code", "Severity", "Application error code"),
            *("Application error parameter", "Diagnostic information", "User message"),
        ),
    ),
    "EVN": (
        "Event type",
        (
            *("Event type code", "Recorded date/time", "Date/time planned event", "Event reason code", "Operator ID"),
            *("Event occurred", "Event facility"),
        ),
    ),
    "PID": (
        "Patient identification",
        (
            *("Set ID", "Patient ID", "Patient identifier list", "Alternate patient ID", "Patient name"),
            *("Mother's maiden name", "Date/time of birth", "Administrative sex", "Patient alias", "Race"),
            *("Patient address", "County code", "Phone number, home", "Phone number, business", "Primary language"),
            *("Marital status", "Religion", "Patient account number", "SSN number", "Driver's license number"),
            *("Mother's identifier", "Ethnic group", "Birth place", "Multiple birth indicator", "Birth order"),
            *("Citizenship", "Veterans military status", "Nationality", "Patient death date and time"),
            *("Patient death indicator", "Identity unknown indicator", "Identity reliability code"),
            *("Last update date/time", "Last update facility", "Species code", "Breed code", "Strain"),
            *("Production class code", "Tribal citizenship"),
        ),
    ),
    "PD1": ("Patient additional demographic", ()),
    "MRG": (
        "Merge patient information",
        (
            *("Prior patient identifier list", "Prior alternate patient ID", "Prior patient account number"),
            *("Prior patient ID", "Prior visit number", "Prior alternate visit ID", "Prior patient name"),
        ),
    ),
    "PV1": (
        "Patient visit",
        (
            *("Set ID", "Patient class", "Assigned patient location", "Admission type", "Preadmit number"),
            *(
                "Prior patient location",
                "Attending doctor",
                "Referring doctor",
                "Consulting doctor",
                "Hospital service",
            ),
            *("Temporary location", "Preadmit test indicator", "Re-admission indicator", "Admit source"),
            *("Ambulatory status", "VIP indicator", "Admitting doctor", "Patient type", "Visit number"),
        ),
    ),
    "ORC": (
        "Common order",
        (
            *("Order control", "Placer order number", "Filler order number", "Placer group number", "Order status"),
            *("Response flag", "Quantity/timing", "Parent", "Date/time of transaction", "Entered by", "Verified by"),
            *("Ordering provider", "Enterer's location", "Call back phone number", "Order effective date/time"),
            *("Order control code reason", "Entering organization", "Entering device", "Action by"),
            *("Advanced beneficiary notice code", "Ordering facility name", "Ordering facility address"),
            *("Ordering facility phone number", "Ordering provider address", "Order status modifier"),
        ),
    ),
    "TQ1": (
        "Timing/quantity",
        (
            *("Set ID", "Quantity", "Repeat pattern", "Explicit time", "Relative time and units", "Service duration"),
            *("Start date/time", "End date/time", "Priority", "Condition text", "Text instruction", "Conjunction"),
        ),
    ),
    "OBR": (
        "Observation request",
        (
            *("Set ID", "Placer order number", "Filler order number", "Universal service identifier", "Priority"),
            *("Requested date/time", "Observation date/time", "Observation end date/time", "Collection volume"),
            *("Collector identifier", "Specimen action code", "Danger code", "Relevant clinical information"),
            *("Specimen received date/time", "Specimen source", "Ordering provider", "Order callback phone number"),
            *("Placer field 1", "Placer field 2", "Filler field 1", "Filler field 2"),
            *("Results reported/status change date/time", "Charge to practice", "Diagnostic service section ID"),
            *("Result status", "Parent result", "Quantity/timing", "Result copies to", "Parent"),
            *("Transportation mode", "Reason for study", "Principal result interpreter"),
            *("Assistant result interpreter", "Technician", "Transcriptionist", "Scheduled date/time"),
        ),
    ),
    "OBX": (
        "Observation/result",
        (
            *("Set ID", "Value type", "Observation identifier", "Observation sub-ID", "Observation value", "Units"),
            *("References range", "Abnormal flags", "Probability", "Nature of abnormal test"),
            *("Observation result status", "Effective date of reference range", "User defined access checks"),
            *("Date/time of the observation", "Producer's ID", "Responsible observer", "Observation method"),
            *("Equipment instance identifier", "Date/time of the analysis", "Observation site"),
            *("Observation instance identifier", "Mood code", "Performing organization name"),
            *("Performing organization address", "Performing organization medical director"),
        ),
    ),
    "NTE": ("Notes and comments", ("Set ID", "Source of comment", "Comment", "Comment type")),
    "SPM": (
        "Specimen",
        (
            *("Set ID", "Specimen ID", "Specimen parent IDs", "Specimen type", "Specimen type modifier"),
            *("Specimen additives", "Specimen collection method", "Specimen source site", "Source site modifier"),
            *("Specimen collection site", "Specimen role", "Specimen collection amount", "Grouped specimen count"),
            *("Specimen description", "Specimen handling code", "Specimen risk code", "Collection date/time"),
            *("Specimen received date/time", "Specimen expiration date/time", "Specimen availability"),
            *("Specimen reject reason", "Specimen quality", "Specimen appropriateness", "Specimen condition"),
        ),
    ),
    "SAC": ("Specimen container", ("External accession identifier", "Accession identifier", "Container identifier")),
}


def segment_name(code: str) -> str:
    """Return what a segment is called; empty for one of another system's own."""
    return SEGMENTS[code][0] if code in SEGMENTS else ""


def field_name(code: str, number: int) -> str:
    """Return what field `number` (from 1) of a segment is called; empty where that is not known here."""
    names = SEGMENTS[code][1] if code in SEGMENTS else ()
    return names[number - 1] if 0 < number <= len(names) else ""
