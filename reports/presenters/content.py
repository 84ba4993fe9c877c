"""The content of a report: one dictionary that says everything the report says, ready for its canonical form.

Format 2. Numbers with decimals are text; times are ISO 8601 in UTC; absent values are empty text. Whoever opens it
later needs nothing else: no label is looked up, no name is joined in.

A report is sealed once, so each format stays readable for ever: a later one adds members and changes none. Format 1 has
words alone; format 2 puts beside them what a program needs: codes (`sex_code`, `priority_code`, `stain_code`,
`role_code`, the slugs of places), the reference range in numbers, `units`, and the `order`. A birth date that is not known
to the day is 1961-03, 1961 or empty. `insufficient` is absent from earlier reports and else null, or why there is no differential: then the
counts are empty as in a withdrawn version, and no cell is named. `language` is that of every word of ours in it, absent from earlier
reports, which are in English; what people wrote is as they wrote it, and codes are the same in all languages.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from cases.cell_classes import BY_CODE
from cases.models import Order
from cases.states import CaseState
from cases.words import in_words
from hematovision.languages import in_language
from reports.models import ReportKind
from reports.presenters.cameras import camera_statement
from reports.presenters.changes import changes_between
from reports.presenters.differential import differential_content
from reports.presenters.language import language_for, language_of
from reports.presenters.no_result import insufficient_of, without_models, without_result
from reports.presenters.statements import model_statement, review_of
from reports.selectors.case_evidence import decimal_text
from reports.selectors.versions import previous_signed_differential

if TYPE_CHECKING:
    from uuid import UUID

    from django_stubs_ext import StrPromise

    from accounts.models import Organisation, User
    from cases.models import Case, Patient
    from reports.models import Report, ReportDraft
    from reports.selectors.case_evidence import CaseEvidence

FORMAT = "hematovision-report"
FORMAT_VERSION = 2
UNITS = {
    "absolute": {"text": "10⁹/L", "ucum": "10*9/L"},
    "erythroblasts_per_100": {"text": "/100 WBC", "ucum": "/100{WBCs}"},
    "n": {"text": "cells", "ucum": "{#}"},
    "percent": {"text": "%", "ucum": "%"},
    "um_per_px": {"text": "µm/px", "ucum": "um/{pixel}"},
    "wbc": {"text": "10⁹/L", "ucum": "10*9/L"},
}
"""The unit of each measured member, as it is printed and in UCUM (https://ucum.org); the bounds of an interval have that of its value."""
DISCLAIMER = gettext_noop("HematoVision assists a pathologist; it is not a cleared medical device.")
MEANINGS = {
    ReportKind.ORIGINAL: gettext_noop("Reviewed every cell and authorises this report"),
    ReportKind.CORRECTED: gettext_noop("Reviewed the correction and authorises this version"),
    ReportKind.APPENDED: gettext_noop("Wrote the addendum and authorises this version"),
    ReportKind.WITHDRAWN: gettext_noop("Withdraws this report"),
}
"""What a signature means, in English: it is translated with the report that it signs."""
IDENTIFIERS = {
    "name": gettext_lazy("Family name and given name"),
    "birth_date": gettext_lazy("Date of birth"),
    "mrn": gettext_lazy("Medical record number"),
    "accession": gettext_lazy("Accession number on the slide"),
}
"""What may be compared with the slide and the request, two of them before every signature."""


def identifiers_of(patient: Patient) -> dict[str, StrPromise]:
    """Return the `IDENTIFIERS` that tell `patient` apart: a birth date that is not known to the day is none."""
    known = patient.born.is_known_to_the_day
    return {code: label for code, label in IDENTIFIERS.items() if known or code != "birth_date"}


def build_content(
    *,
    report_id: UUID,
    case: Case,
    evidence: CaseEvidence,
    draft: ReportDraft,
    kind: ReportKind,
    previous: Report | None,
    reason_code: str = "",
    reason_label: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """Return the content of the next version of the report of `case`, all but the signature (see `sign_content`).

    It is in the language of `reports.presenters.language.language_for`; `evidence` and `reason_label` have to be in it too.
    """
    with in_language(language_for(case, previous)):
        return _content(
            report_id=report_id,
            case=case,
            evidence=evidence,
            draft=draft,
            kind=kind,
            previous=previous,
            why={"reason": reason.strip(), "reason_code": reason_code, "reason_label": reason_label},
        )


def _content(
    *,
    report_id: UUID,
    case: Case,
    evidence: CaseEvidence,
    draft: ReportDraft,
    kind: ReportKind,
    previous: Report | None,
    why: dict[str, str],
) -> dict[str, Any]:
    insufficient = None if kind == ReportKind.WITHDRAWN else insufficient_of(draft)
    has_result = kind != ReportKind.WITHDRAWN and insufficient is None
    content: dict[str, Any] = {
        "ai": without_models()
        if insufficient is not None
        else {
            "camera": _camera(case, evidence, kind, previous),
            "models": evidence.models,
            "statement": model_statement(evidence),
        },
        "case": _case(case),
        "cells": evidence.cells if has_result else [],
        "clinic": _place(case.clinic),
        "comments": draft.comments.strip(),
        "count_reason": "" if insufficient is not None else draft.count_reason.strip(),
        "differential": differential_content(evidence.differential, case)
        if has_result
        else without_result(case, insufficient),
        "disclaimer": _(DISCLAIMER),
        "flagged": {
            "cells": flagged_cells(evidence) if has_result else [],
            "reason": "" if insufficient is not None else draft.flagged_reason.strip(),
        },
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "identity_confirmed": sorted(set(draft.identifiers) & set(identifiers_of(case.patient))),
        "images": evidence.images,
        "insufficient": insufficient,
        "interpretation": "" if kind == ReportKind.WITHDRAWN else draft.interpretation.strip(),
        "laboratory": _place(case.laboratory),
        "language": language_for(case, previous),
        "order": _order(case),
        "patient": _patient(case.patient),
        "previous_differential": _previous(case) if has_result else None,
        "quality": {"accepted": draft.quality_accepted, "remark": draft.quality_remark.strip()},
        "report": {
            "changes": [],
            "id": str(report_id),
            "kind": str(kind),
            "kind_label": str(ReportKind(kind).label),
            "previous": None
            if previous is None
            else {"digest": previous.digest, "id": str(previous.pk), "version": previous.version},
            **why,
            "version": 1 if previous is None else previous.version + 1,
        },
        "review": review_of(evidence.cells if has_result else []),
        "signature": None,
        "units": UNITS,
    }
    if previous is not None:
        content["report"]["changes"] = changes_between(previous.data, content)
    return content


def request_content(case: Case) -> dict[str, Any]:
    """Return what may be told of a case that nobody signed: the case, its patient, its order and the laboratory, as a report has them; in English, for other systems."""
    with in_language("en"):
        return {
            "case": _case(case),
            "laboratory": _place(case.laboratory),
            "order": _order(case),
            "patient": _patient(case.patient),
        }


def order_content(order: Order) -> dict[str, Any]:
    """Return the same of an order that nobody opened a case for: it stands in the place of the case, without a number of ours."""
    with in_language("en"):
        return {
            "case": {
                "accession_number": "",
                "clinical_question": order.clinical_question,
                "collected_at": time_text(order.collected_at),
                "id": str(order.pk),
            },
            "laboratory": _place(order.laboratory),
            "order": _numbers_of(order),
            "patient": _patient(order.patient),
        }


def sign_content(
    content: dict[str, Any], *, signer: User, kind: ReportKind, method: str, at: dt.datetime
) -> dict[str, Any]:
    """Return `content` with the signature as it is shown: printed name, role, time and meaning (21 CFR 11.50)."""
    with in_language(language_of(content)):
        meaning, role = _(MEANINGS[kind]), str(signer.get_role_display())
    return {
        **content,
        "signature": {
            "meaning": meaning,
            "method": method,
            "name": str(signer),
            "role": role,
            "role_code": signer.role,
            "signed_at": at.isoformat(),
            "signer": str(signer.pk),
        },
    }


def _place(place: Organisation) -> dict[str, str]:
    return {"id": str(place.pk), "name": place.name, "slug": place.slug}


def _previous(case: Case) -> dict[str, Any] | None:
    """The patient's last signed differential of another case, so that a change is seen beside the result."""
    found = previous_signed_differential(case.patient, case)
    if found is None:
        return None
    counted = found["differential"]
    return {
        "n": counted["n"],
        "report": found["report"],
        "rows": [
            # It may have been signed in another language.
            {"code": row["code"], "label": in_words(BY_CODE[row["code"]].plural), "percent": row["percent"]}
            for row in counted["rows"]
        ],
        "signed_at": found["signed_at"],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "accession_number": case.accession_number,
        "camera": case.camera,
        "clinical_question": case.clinical_question,
        "collected_at": time_text(case.collected_at),
        "id": str(case.pk),
        "microscope": case.microscope,
        "objective": case.objective,
        "priority": str(case.get_priority_display()),
        "priority_code": case.priority,
        "stain": str(case.get_stain_display()),
        "stain_code": case.stain,
        "submitted_at": time_text(case.submitted_at),
        "um_per_px": decimal_text(case.um_per_px, 4),
        "wbc": decimal_text(case.wbc, 2),
        "wbc_measured_at": time_text(case.wbc_measured_at),
        "wbc_source": case.wbc_source,
    }


def _order(case: Case) -> dict[str, str] | None:
    """The order that the case was opened for, under the numbers of whoever placed it; None for a case without one.

    The order of a rejected specimen waits for another one, without a case.
    """
    rejected = (
        Order.objects.filter(specimen_rejections__case=case).first() if case.state == CaseState.REJECTED else None
    )
    order = rejected or Order.objects.filter(case=case).first()
    return None if order is None else _numbers_of(order)


def _numbers_of(order: Order) -> dict[str, str]:
    return {
        "ordering_id": order.ordering_id,
        "ordering_name": order.ordering_name,
        "placer_namespace": order.placer_namespace,
        "placer_number": order.placer_number,
        "visit_number": order.visit_number,
    }


def _patient(patient: Patient) -> dict[str, Any]:
    return {
        "birth_date": patient.born.isoformat(),
        "family_name": patient.family_name,
        "given_name": patient.given_name,
        "id": str(patient.pk),
        "mrn": patient.mrn,
        "sex": str(patient.get_sex_display()),
        "sex_code": patient.sex,
    }


def flagged_cells(evidence: CaseEvidence) -> list[dict[str, Any]]:
    """Return the cells a reviewer marked to look at again: field, number, class and id."""
    return [
        {"field": cell["field"], "id": cell["id"], "label": cell["label"], "n": cell["n"]}
        for cell in evidence.cells
        if cell["flagged"] and not cell["removed"]
    ]


def _camera(case: Case, evidence: CaseEvidence, kind: ReportKind, previous: Report | None) -> str:
    """What the model was to the cameras. A version that changes no value says what the one before it said."""
    if previous is not None and kind in {ReportKind.APPENDED, ReportKind.WITHDRAWN}:
        said: str = previous.data["ai"].get("camera", "")
        return said
    return camera_statement(case, evidence.unknown_cameras)


def time_text(value: dt.datetime | None) -> str:
    """Return a time as the content writes it: ISO 8601 in UTC, nothing for None."""
    return "" if value is None else value.astimezone(dt.UTC).isoformat()
