"""Sending a signed report to everybody who has to know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Organisation
from audit.models import Action
from audit.services import record
from cases.crypto import UndecryptableValueError
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from inbox.conf import remind_after
from inbox.critical_limits import critical_findings
from inbox.models import Delivery
from inbox.selectors import limits_of, receivers_of
from inbox.services.escalation import escalate
from inbox.verification import delivery_digest
from notices.services import close_notifications, notify
from reports.models import Report, ReportKey, ReportKind
from reports.sealing import BrokenSealError

if TYPE_CHECKING:
    import uuid

log = structlog.get_logger(__name__)

#: Kind of the notifications about a delivery.
KIND = "report"
#: One pass sends at most this many.
BOUND = 200

_TEXTS = {
    ReportKind.ORIGINAL: gettext_noop("A signed report is in your inbox."),
    ReportKind.CORRECTED: gettext_noop("A report was corrected: the corrected version is in your inbox."),
    ReportKind.APPENDED: gettext_noop("An addendum to a report is in your inbox."),
    ReportKind.WITHDRAWN: gettext_noop(
        "A report was withdrawn: do not use it. Acknowledge the withdrawal in your inbox."
    ),
}
_CRITICAL_TEXTS = {
    ReportKind.ORIGINAL: gettext_noop(
        "A report with a critical result is in your inbox: read it and acknowledge it now."
    ),
    ReportKind.CORRECTED: gettext_noop(
        "A report was corrected and has a critical result: read it in your inbox and acknowledge it now."
    ),
    ReportKind.APPENDED: gettext_noop(
        "An addendum to a report with a critical result is in your inbox: read it and acknowledge it now."
    ),
    ReportKind.WITHDRAWN: _TEXTS[ReportKind.WITHDRAWN],
}


def deliver_report(*, report_id: uuid.UUID) -> list[Delivery]:
    """Send a version of a report to the clinic and to everybody who received an earlier one; returns what is new.

    Safe to call again: an organisation gets a version once. Earlier versions there need no acknowledgement any more,
    this one does. Where nobody of an organisation can receive it, its laboratory is told at once.
    """
    with transaction.atomic():
        report = Report.objects.select_related("case__clinic", "case__laboratory", "key").get(pk=report_id)
        case = lock_case(report.case)
        earlier = Delivery.objects.filter(case=case).values("organisation")
        receivers = Organisation.objects.filter(pk=case.clinic_id) | Organisation.objects.filter(pk__in=earlier)
        findings = _findings(report)
        made = [
            _deliver(report, organisation, findings)
            for organisation in receivers.distinct().order_by("pk")
            if not Delivery.objects.filter(report=report, organisation=organisation).exists()
        ]
        for delivery in made:
            record(
                actor=None,
                action=Action.SEND,
                target=delivery,
                after={
                    "report": str(report.pk),
                    "version": report.version,
                    "kind": report.kind,
                    "organisation": delivery.organisation.slug,
                    "critical": delivery.critical,
                    "row": delivery_digest(delivery),
                },
                **scope_of(case),
            )
    return made


def deliver_forgotten_reports() -> int:
    """Send every report whose signal was lost between its commit and its delivery; returns how many."""
    missing = Report.objects.filter(~Exists(Delivery.objects.filter(report=OuterRef("pk"))))
    ids = list(missing.order_by("created_at", "version").values_list("pk", flat=True)[:BOUND])
    for report_id in ids:
        deliver_report(report_id=report_id)
    if ids:
        log.warning("forgotten_reports_delivered", number=len(ids))
    return len(ids)


def path_of(delivery: Delivery) -> str:
    """Return the page of a delivery."""
    return reverse("inbox:delivery", args=[delivery.pk])


def _deliver(report: Report, organisation: Organisation, findings: list[dict[str, str]]) -> Delivery:
    now = timezone.now()
    critical = bool(findings)
    delivery = Delivery.objects.create(
        report=report,
        case=report.case,
        organisation=organisation,
        critical=critical,
        findings=findings,
        created_at=now,
        next_step_at=now + remind_after(report.case.priority, critical=critical),
    )
    newer = Delivery.objects.filter(organisation=organisation, case=report.case, report__version__gt=report.version)
    latest = newer.order_by("-report__version").first()
    if latest is not None:
        # Found late: the newer version is there already and is the one to acknowledge.
        Delivery.objects.filter(pk=delivery.pk).update(settled_at=now, superseded_by=latest)
        delivery.refresh_from_db()
        return delivery
    # Only rows that still wait: who acknowledged an earlier version did so, and that stands.
    older = Delivery.objects.filter(organisation=organisation, case=report.case).exclude(pk=delivery.pk)
    replaced = list(older.waiting().values_list("pk", flat=True))
    older.filter(pk__in=replaced).update(settled_at=now, superseded_by=delivery)
    for pk in replaced:
        close_notifications(subject_id=pk)
    people = receivers_of(organisation)
    text = (_CRITICAL_TEXTS if critical else _TEXTS)[ReportKind(report.kind)]
    notify(
        recipients=people,
        kind=KIND,
        subject_id=delivery.pk,
        text=text,
        path=path_of(delivery),
        pressing=bool(critical),
    )
    if not people:
        escalate(
            delivery,
            lambda: (
                _("Nobody at %(organisation)s can receive a report that was sent there.")
                % {"organisation": organisation.name}
            ),
        )
    return delivery


def _findings(report: Report) -> list[dict[str, str]]:
    try:
        return critical_findings(report.data, limits_of(report.case.laboratory_id))
    except (BrokenSealError, UndecryptableValueError, ReportKey.DoesNotExist):
        # It was altered behind our back: it still goes out, its page says loudly what is wrong with it.
        log.exception("report_not_readable", report_id=str(report.pk))
        return []
