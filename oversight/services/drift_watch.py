"""Look several times a day whether the model is still as its card says, at each laboratory, and say so when it is not."""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Organisation, OrganisationKind
from accounts.overseers import overseers_of
from audit.models import Action, AuditEvent, Outcome
from audit.services import record
from classifier.models import ModelState, ModelVersion
from notices.services import notify
from oversight import drift
from oversight.selectors.agreement import comparison_of, weeks_of
from oversight.selectors.reviewed_cells import ReviewedCells
from oversight.selectors.scopes import scope_of_laboratory
from oversight.selectors.sources import Wanted

if TYPE_CHECKING:
    from oversight.drift import Expectation

LOOKS_BACK = timedelta(days=90)
SAID_AGAIN_AFTER = timedelta(days=7)
KIND = "drift"
OBJECT_TYPE = ModelVersion._meta.label_lower


def watch_drift() -> list[Organisation]:
    """Judge every active model at each laboratory over the cells signed in the last 90 days.

    Where there is an alarm, writes it to the audit trail and tells administrators and auditors, once a week as long as it
    lasts. Returns the laboratories that were told.
    """
    versions = ModelVersion.objects.filter(state=ModelState.ACTIVE).select_related("scope__organisation__refers_to")
    expected = [(version, found) for version in versions if (found := drift.expectation_of(version.card)) is not None]
    laboratories = Organisation.objects.filter(kind=OrganisationKind.LABORATORY, is_active=True)
    told = []
    for laboratory in laboratories:
        # A list: each model is judged, whatever was said of the one before.
        said = [
            _watch(laboratory, version, found)
            for version, found in expected
            if version.scope is None or version.scope.laboratory_id == laboratory.pk
        ]
        told += [laboratory] if any(said) else []
    return told


def _watch(laboratory: Organisation, version: ModelVersion, expected: Expectation) -> bool:
    alarms = alarms_at(laboratory, version, expected)
    if not alarms or _said(laboratory, version):
        return False
    with transaction.atomic():
        notify(
            recipients=overseers_of(laboratory.pk),
            kind=KIND,
            subject_id=version.pk,
            text=partial(_sentence, alarms),
            path=reverse("oversight:agreement"),
        )
        record(
            actor=None,
            action=Action.VERIFY,
            target=version,
            laboratory_id=laboratory.pk,
            outcome=Outcome.FAILURE,
            reason=gettext_noop("The model in use does worse here than its card says."),
            after={"alarms": [alarm.lower() for alarm in alarms]},
        )
    return True


def _sentence(alarms: list[str]) -> str:
    worse = ", ".join(_(alarm).lower() for alarm in alarms)
    return _("The model in use does worse here than its card says: %(worse)s.") % {"worse": worse}


def alarms_at(laboratory: Organisation, version: ModelVersion, expected: Expectation) -> list[str]:
    """Return what is alarming at a laboratory, in English words; nothing when all is well."""
    since = (timezone.now() - LOOKS_BACK).astimezone(UTC).date()
    cells = ReviewedCells(scope_of_laboratory(laboratory), Wanted(model=version.pk, since=since))
    findings = drift.judge(comparison_of(cells), expected)
    alarms = [drift.name_of(finding) for finding in findings if finding.verdict == "alarm"]
    steps = drift.cumulate(weeks_of(cells), expected)
    if steps and steps[-1].alarm:
        alarms.append(gettext_noop("errors over the last weeks"))
    return alarms


def _said(laboratory: Organisation, version: ModelVersion) -> bool:
    return AuditEvent.objects.filter(
        object_type=OBJECT_TYPE,
        object_id=str(version.pk),
        action=Action.VERIFY,
        outcome=Outcome.FAILURE,
        laboratory_id=laboratory.pk,
        at__gt=timezone.now() - SAID_AGAIN_AFTER,
    ).exists()
