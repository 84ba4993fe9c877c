"""A sealed report's content and what a message needs besides, without a database."""

import copy
import datetime as dt
from decimal import Decimal

from cases.differential import differential
from integrations.hl7.mapping import default_mapping
from integrations.hl7.oru import NO_LIMITS, report_message
from integrations.hl7.outgoing import Number, Place, Route, Sent

AT = dt.datetime(2026, 11, 28, 9, 30, tzinfo=dt.UTC)
BERLIN_WINTER = dt.timezone(dt.timedelta(hours=1))
NUMBERS = (Number("MRN-7001", "RIVERSIDE"), Number("KV-9", "NATIONAL", "NI"))
MAPPING = default_mapping()
ROUTE = Route(
    sending_application=Place("HEMATOVISION"),
    sending_facility=Place("CENTRALLAB"),
    receiving_application=Place("LIS"),
    receiving_facility=Place("HOSP"),
    filler_namespace="CENTRALLAB",
    zone=BERLIN_WINTER,
)
RANGES = {"neutrophil": ("40", "75"), "lymphocyte": ("12", "44"), "monocyte": ("4", "9")}
COUNTS = {"neutrophil": 30, "lymphocyte": 60, "monocyte": 10, "erythroblast": 3}
ORDER = {
    "ordering_id": "1234",
    "ordering_name": "Alex Smith",
    "placer_namespace": "LIS",
    "placer_number": "PLACER77",
    "visit_number": "V-5",
}


def counted(counts, wbc="1.0"):
    """The differential of a report, with flags as the report has them."""
    found = differential(counts, wbc=Decimal(wbc) if wbc else None)
    return {
        "erythroblasts": found.erythroblasts,
        "erythroblasts_per_100": "" if found.nrbc_per_100_wbc is None else f"{found.nrbc_per_100_wbc:.1f}",
        "excluded": 0,
        "limited": found.is_limited,
        "n": found.n,
        "platelets": 0,
        "remark": found.remark,
        "rows": [_row(row) for row in found.rows],
        "unidentified": 0,
        "wbc": wbc,
    }


def _row(row):
    low, high = RANGES.get(row.code, ("", ""))
    percent = row.whole_percent
    flag = "" if not low else "low" if percent < float(low) else "high" if percent > float(high) else ""
    return {
        "absolute": "" if row.absolute is None else f"{row.absolute:.2f}",
        "code": row.code,
        "count": row.count,
        "flag": flag,
        "high": f"{row.high * 100:.1f}",
        "label": row.cell_class.plural,
        "low": f"{row.low * 100:.1f}",
        "percent": percent,
        "reference": f"{low}\N{EN DASH}{high}" if low else "",
        "reference_range": {"low": low, "high": high, "ucum": "%", "source": ""} if low else None,
    }


def a_report(*, kind="original", version=1, counts=COUNTS, wbc="1.0", reason_code="clerical", **parts):
    """The content of a report in format 2; `parts` replace or add members of `case`, `patient` and so on."""
    content = {
        "ai": {"models": [{"name": "tiny", "version": "1"}]},
        "case": {
            "accession_number": "A-26-0815",
            "clinical_question": "Left shift?",
            "collected_at": "2026-11-28T07:00:00+00:00",
            "id": "fed9b185-4ca4-432f-8c78-c96e13524767",
            "wbc_source": "Sysmex XN",
        },
        "comments": "",
        "count_reason": "",
        "differential": counted(counts, wbc),
        "format_version": 2,
        "interpretation": "Relative lymphocytosis.",
        "laboratory": {"name": "Central Laboratory", "slug": "central-laboratory"},
        "order": ORDER,
        "patient": {
            "birth_date": "1980-02-29",
            "family_name": "Okonkwo",
            "given_name": "Adaeze",
            "mrn": "MRN-7001",
            "sex": "Female",
            "sex_code": "female",
        },
        "report": {
            "changes": [],
            "kind": kind,
            "kind_label": kind.capitalize(),
            "previous": {"version": version - 1} if version > 1 else None,
            "reason": "Two cells had the wrong class." if version > 1 else "",
            "reason_code": reason_code if version > 1 else "",
            "reason_label": "Clerical error" if version > 1 else "",
            "version": version,
        },
        "signature": {"name": "Pavel Central", "signed_at": "2026-11-28T08:15:30+00:00", "signer": "u-1"},
    }
    if kind == "withdrawn":
        content |= {
            "differential": {**counted({}, ""), "erythroblasts_per_100": "", "remark": ""},
            "interpretation": "",
        }
    content = copy.deepcopy(content)
    for name, value in parts.items():
        content[name] = {**content[name], **value} if isinstance(value, dict) and content[name] else value
    return content


def built(content, **given):
    """The message, built with what stands above unless `given` says otherwise."""
    with_defaults = {"route": ROUTE, "mapping": MAPPING, "limits": NO_LIMITS, "numbers": NUMBERS, "at": AT} | given
    return report_message(content, **with_defaults)


def sent(content):
    """A version that the receiver has, its PDF with it."""
    return Sent(content, NUMBERS)


def segments(message, name):
    """The segments of that name, each as its fields by number."""
    lines = message.content.decode().split("\r")
    return [line.split("|") for line in lines if line.startswith(name)]


def field(message, name, number, at=0):
    """One field, empty where the segment is shorter."""
    found = segments(message, name)[at]
    number -= name == "MSH"
    return found[number] if number < len(found) else ""


def results(message):
    """Every OBX as (code, value, flag, status)."""
    return [(obx[3].split("^")[0], obx[5], obx[8] if len(obx) > 8 else "", obx[11]) for obx in segments(message, "OBX")]
