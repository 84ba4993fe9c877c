"""What templates need to show a report: values of a content in words, and the panel of the case page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models.birth import BirthDate
from cases.selectors import review_status
from cases.states import CaseState
from hematovision.dates import in_utc
from reports.models import CaseMove, ReportKind, SignatureMethod
from reports.presenters.content import IDENTIFIERS
from reports.presenters.language import direction_of, language_of
from reports.selectors.versions import current_report
from review.permissions import may_review
from review.selectors import holds, open_amendment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cases.models import Case

register = template.Library()


@register.filter
def full_name(patient: dict[str, str]) -> str:
    """Return family name, given name of a content's patient."""
    return ", ".join(part for part in (patient["family_name"], patient["given_name"]) if part)


@register.filter
def kind_name(kind: str) -> str:
    """Return the kind of a version as people call it: original, corrected, addendum, withdrawn."""
    return str(ReportKind(kind).label).lower()


@register.filter
def day(value: str) -> str:
    """Return a birth date in words, as far as it is known: 29 February 1980, 03/1961, 1961, Birth date unknown."""
    date = BirthDate.parse(value)
    return date_format(date.first, "DATE_FORMAT") if date.first and date.is_known_to_the_day else str(date)


@register.filter
def born(value: str) -> str:
    """Return a birth date in the line above each page: born 1980-02-29, or birth date unknown."""
    return _("born %(date)s") % {"date": value} if value else BirthDate().phrase


@register.filter
def moment(value: str) -> str:
    """Return an ISO time to the minute, in UTC; nothing for nothing."""
    return in_utc(dt.datetime.fromisoformat(value)) if value else ""


@register.filter
def moment_exact(value: str) -> str:
    """Return an ISO time to the second, in UTC."""
    return in_utc(dt.datetime.fromisoformat(value), "EXACT_FORMAT")


@register.filter
def method_label(value: str) -> str:
    """Return in words how a signer identified themselves."""
    return str(SignatureMethod(value).label).lower() if value in SignatureMethod.values else value


@register.filter
def identifier_labels(codes: list[str]) -> str:
    """Return the identifiers that were compared, in words."""
    return ", ".join(str(IDENTIFIERS[code]).lower() for code in codes if code in IDENTIFIERS) or _("none")


@register.filter
def report_language(content: Mapping[str, Any]) -> str:
    """Return the language a content is written in, for `{% language %}` and `lang`."""
    return language_of(content)


@register.filter
def report_direction(content: Mapping[str, Any]) -> str:
    """Return which way a content is written, for `dir`."""
    return direction_of(language_of(content))


@register.filter
def grouped(value: str) -> str:
    """Return a hash in groups of eight, which a person can compare."""
    return " ".join(value[i : i + 8] for i in range(0, len(value), 8))


@register.inclusion_tag("reports/partials/panel.html", takes_context=True)
def reports_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show where the report of `case` stands: preliminary, signed with its versions, or withdrawn, and the way on."""
    user = context["user"]
    signed = case.is_signed or case.state == CaseState.WITHDRAWN
    report = current_report(case) if signed else None
    reads = may_review(user, case)
    amendment = open_amendment_of(case) if case.is_signed else None
    return {
        "case": case,
        "oob": context.get("oob", False),
        "shows_cells": context.get("shows_cells", False),
        "report": report,
        "amendment": amendment,
        "status": None if signed else review_status(case),
        "may_sign": reads and holds(user, case) and (case.state == CaseState.IN_REVIEW or amendment is not None),
        "may_amend": reads and case.is_signed and report is not None and amendment is None,
        "may_move": reads and case.state == CaseState.WITHDRAWN,
        "moved_to": CaseMove.objects.filter(from_case=case).select_related("to_case").first() if signed else None,
        "moved_from": CaseMove.objects.filter(to_case=case).select_related("from_case").first(),
    }
