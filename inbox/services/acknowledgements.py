"""What the clinic does with a report: opens it, acknowledges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Role, User
from audit.models import Action, Outcome
from audit.services import record
from cases.permissions import refuse
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case, step_case
from cases.states import ALLOWED_CASE_STEPS, CaseState
from cases.words import in_english
from hematovision.errors import Conflict, NotFound, Unprocessable
from inbox.critical_limits import WITHDRAWN, reads_back
from inbox.models import Acknowledgement, Delivery
from inbox.permissions import may_acknowledge
from inbox.verification import acknowledgement_digest
from notices.services import close_notifications
from reports.verification import verify_report

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from cases.models import Case


_OPENED = gettext_noop("The report was opened at the clinic.")
"""Why its case stepped on: kept in English, and translated where it is shown."""


@transaction.atomic
def open_delivery(*, actor: User, delivery: Delivery) -> None:
    """Note that the clinic has seen the report, if `actor` is one of those it was sent to; the first time counts.

    Who was shown that it is not what was signed has not seen the report.
    """
    if delivery.opened_at is not None or not may_acknowledge(actor, delivery):
        return
    if not verify_report(delivery.report).intact:
        return
    delivery = _locked(delivery)
    opened = Delivery.objects.filter(pk=delivery.pk, opened_at__isnull=True).update(
        opened_at=timezone.now(), opened_by=actor
    )
    if not opened:
        return
    _arrive(delivery, actor)
    record(actor=actor, action=Action.RECEIVE, target=delivery, after={"what": "opened"}, **scope_of(delivery.case))


def note_report_seen(*, report_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Note that a report was seen on another page than its own in the inbox; `open_delivery` says whose look counts."""
    user = User.objects.select_related("organisation").filter(pk=user_id).first()
    if user is None:
        return
    unopened = Delivery.objects.filter(report=report_id, organisation=user.organisation_id, opened_at__isnull=True)
    for delivery in unopened.select_related("report", "case", "organisation"):
        open_delivery(actor=user, delivery=delivery)


def acknowledge(*, actor: User, delivery: Delivery, read_back: Mapping[str, str]) -> Acknowledgement:
    """Acknowledge a report for the organisation it was sent to; returns the acknowledgement, an earlier one included.

    `read_back` is what was typed for each critical finding, by its code. Raises `NotFound`, `PermissionRefused`,
    `Conflict` (`superseded`: a newer version is there; `tampered`: the report is not what was signed), and
    `Unprocessable` (`read_back`, with the codes that are wrong in `details`).
    """
    if not Delivery.objects.visible_to(actor).filter(pk=delivery.pk).exists():
        raise NotFound
    if not may_acknowledge(actor, delivery):
        refuse(
            actor=actor,
            target=delivery,
            sentence=gettext_noop("A report is acknowledged by those it was sent to, at %(organisation)s.")
            % {"organisation": delivery.organisation.name},
        )
    read_back = {code: _meant(code, typed) for code, typed in read_back.items()}
    wrong = [
        finding["code"] for finding in delivery.findings if not reads_back(finding, read_back.get(finding["code"], ""))
    ]
    if wrong:
        record(
            actor=actor,
            action=Action.RECEIVE,
            target=delivery,
            outcome=Outcome.DENIED,
            reason="What was read back is not what the report says.",  # not translated
            after={"wrong": wrong},
            **scope_of(delivery.case),
        )
        raise Unprocessable(
            _("What you typed is not what the report says. Read the value in the report again and type it here."),
            code="read_back",
            details={"wrong": wrong},
        )
    if not verify_report(delivery.report).intact:
        raise Conflict(_("This report is not what was signed. Do not use it; tell the laboratory."), code="tampered")
    return _acknowledge(actor, delivery, {finding["code"]: read_back[finding["code"]] for finding in delivery.findings})


@transaction.atomic
def _acknowledge(actor: User, delivery: Delivery, read_back: dict[str, str]) -> Acknowledgement:
    delivery = _locked(delivery)
    done = Acknowledgement.objects.filter(delivery=delivery).first()
    if done is not None:
        return done
    if delivery.superseded_by_id is not None:
        raise Conflict(
            _("A newer version of this report is in the inbox: acknowledge that one."),
            code="superseded",
            details={"delivery": str(delivery.superseded_by_id)},
        )
    now = timezone.now()
    done = Acknowledgement.objects.create(
        delivery=delivery,
        by=actor,
        by_name=str(actor),
        by_role=in_english(Role(actor.role).label),
        at=now,
        read_back=read_back,
    )
    if delivery.opened_at is None:
        delivery.opened_at, delivery.opened_by = now, actor
    delivery.settled_at = now
    delivery.save(update_fields=["opened_at", "opened_by", "settled_at"])
    close_notifications(subject_id=delivery.pk)
    _arrive(delivery, actor)
    record(
        actor=actor,
        action=Action.RECEIVE,
        target=delivery,
        after={
            "what": "acknowledged",
            "version": delivery.report.version,
            "read_back": sorted(read_back),
            "acknowledged": acknowledgement_digest(done),
        },
        **scope_of(delivery.case),
    )
    return done


def _meant(code: str, typed: str) -> str:
    """Return what was typed as it is kept: the word for a report that was taken back, said in one's own language, in English."""
    return WITHDRAWN if code == WITHDRAWN and typed.strip().casefold() == _("withdrawn").casefold() else typed


def _locked(delivery: Delivery) -> Delivery:
    """Lock the case and read the delivery again."""
    case = lock_case(delivery.case)
    fresh = Delivery.objects.select_related("report", "organisation").get(pk=delivery.pk)
    fresh.case = case
    return fresh


def _arrive(delivery: Delivery, actor: User) -> None:
    """Take the case to delivered when its current version has come to the clinic that sent it."""
    case: Case = delivery.case
    is_current = not case.reports.filter(version__gt=delivery.report.version).exists()
    at_sender = delivery.organisation_id == case.clinic_id
    if is_current and at_sender and CaseState.DELIVERED in ALLOWED_CASE_STEPS[CaseState(case.state)]:
        step_case(case=case, to=CaseState.DELIVERED, by=actor, reason=_OPENED)
