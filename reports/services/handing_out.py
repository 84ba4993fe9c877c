"""Handing a signed version out to another system: verified on the way, and in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from audit.services import record
from cases.services.audit_trail import scope_of
from hematovision.errors import Conflict, Gone
from reports.verification import verify_report

if TYPE_CHECKING:
    from accounts.models import User
    from audit.models import Action
    from reports.models import Report

_DESTROYED = _("The patient was pseudonymised, and the content of this report was destroyed by decision.")
_BROKEN = _("This report is no longer what was signed, so it is not handed out. Tell the laboratory.")


def hand_out(*, actor: User, report: Report, action: Action, what: str) -> Report:
    """Return `report`, which `actor` sees, verified; raises `Conflict` (409) for a broken one, `Gone` (410) for a destroyed one.

    `what` says in which form it is asked for (`api`, `pdf`, `fhir`).
    """
    verification = verify_report(report)
    intact = verification.intact
    record(
        actor=actor,
        action=action,
        target=report,
        after={"what": what, "version": report.version, "intact": intact},
        **scope_of(report.case),
    )
    if verification.destroyed_at is not None and not verification.faults:
        raise Gone(str(_DESTROYED), code="report_destroyed")
    if not intact:
        raise Conflict(str(_BROKEN), code="report_broken")
    return report
