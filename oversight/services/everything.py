"""Every verification, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import Organisation, OrganisationKind
from accounts.overseers import administrators_of
from audit.models import Action, Outcome
from audit.services import record
from hematovision import verifications
from hematovision.verifications import Finding, Older
from notices.services import notify
from oversight.models import Trigger, VerificationResult
from oversight.selectors.findings import laboratory_of
from oversight.verification import OBJECT_TYPE, result_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User

KIND = "verification"
MOST_FINDINGS = 100
"""Findings of one verification that are listed; a table written anew would have millions."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Everything:
    """What each verification found, by its name; nothing for one that found nothing."""

    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    older: dict[str, int] = field(default_factory=dict)
    """How many records of each kind are older than their fingerprints."""

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written."""
        return not any(self.findings.values())


def verify_everything(
    *, actor: User | None, trigger: Trigger = Trigger.COMMAND, note: Callable[[int], object] | None = None
) -> Everything:
    """Run every registered verification and keep what was found; `actor` None: the system.

    `note` is told after each how many are done. That it was done, and how much each found, is an event, which counts and
    does not name: findings may be of another laboratory than the actor's.
    """
    done = Everything()
    for number, (name, check) in enumerate(verifications.registered().items(), start=1):
        found = done.findings.setdefault(name, [])
        for each in check():
            if isinstance(each, Older):
                done.older[each.kind] = each.number
            else:
                found.append(each)
            if len(found) == MOST_FINDINGS:
                break
        log.info("verified", verification=name, findings=len(found))
        if note is not None:
            note(number)
    keep_result(actor=actor, trigger=trigger, done=done)
    return done


def keep_result(*, actor: User | None, trigger: Trigger, done: Everything, problem: str = "") -> VerificationResult:
    """Keep what was found for ever, tell the administrators of what is new, and write the event, in one transaction.

    `problem` is a sentence where a verification did not come to its end.
    """
    found = {
        name: [
            {
                "kind": finding.kind,
                "id": finding.object_id,
                "sentence": finding.sentence,
                "laboratory": laboratory_of(finding),
            }
            for finding in findings
        ]
        for name, findings in done.findings.items()
    }
    with transaction.atomic():
        before = VerificationResult.objects.filter(problem="").first()
        result = VerificationResult.objects.create(
            trigger=trigger,
            asked_by=actor,
            began_at=done.began_at,
            finished_at=timezone.now(),
            found=found,
            number=sum(map(len, found.values())),
            problem=problem,
        )
        if not problem:
            _tell_administrators(result, before)
        record(
            actor=actor,
            action=Action.VERIFY,
            object_type=OBJECT_TYPE,
            object_id=str(result.pk),
            outcome=Outcome.SUCCESS if result.intact else Outcome.FAILURE,
            reason=problem,
            after={
                **{name: len(findings) for name, findings in found.items()},
                **({"older": done.older} if done.older else {}),
                "row": result_digest(result),
            },
        )
    return result


def _tell_administrators(result: VerificationResult, before: VerificationResult | None) -> None:
    """Once of each finding: of a record those of its laboratory, of the installation everybody's."""
    new = _findings_of(result) - (_findings_of(before) if before is not None else set())
    places = {laboratory for *_, laboratory in new}
    if not places:
        return
    laboratories = Organisation.objects.filter(kind=OrganisationKind.LABORATORY)
    for laboratory in laboratories if "" in places else laboratories.filter(pk__in=places):
        notify(
            recipients=administrators_of(laboratory.pk),
            kind=KIND,
            subject_id=result.pk,
            text=gettext_noop("A verification found something that is not what was written."),
            path=reverse("oversight:verification"),
        )


def _findings_of(result: VerificationResult) -> set[tuple[str, str, str, str]]:
    return {
        (finding["kind"], finding["id"], finding["sentence"], finding["laboratory"])
        for findings in result.found.values()
        for finding in findings
    }
