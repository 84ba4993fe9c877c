"""Every verification, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from audit.models import Action, Outcome
from audit.services import record
from hematovision import verifications

if TYPE_CHECKING:
    from accounts.models import User
    from hematovision.verifications import Finding

OBJECT_TYPE = "oversight.verification"
MOST_FINDINGS = 100
"""Findings of one verification that are listed; a table written anew would have millions."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Everything:
    """What each verification found, by its name; nothing for one that found nothing."""

    findings: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written."""
        return not any(self.findings.values())


def verify_everything(*, actor: User | None) -> Everything:
    """Run every registered verification; that it was done, and how much each found, is an event. `actor` None: the system.

    The event counts and does not name: findings may be of another laboratory than the actor's.
    """
    done = Everything()
    for name, check in verifications.registered().items():
        done.findings[name] = list(islice(check(), MOST_FINDINGS))
        log.info("verified", verification=name, findings=len(done.findings[name]))
    record(
        actor=actor,
        action=Action.VERIFY,
        object_type=OBJECT_TYPE,
        outcome=Outcome.SUCCESS if done.intact else Outcome.FAILURE,
        after={name: len(found) for name, found in done.findings.items()},
    )
    return done
