"""Views of opinions and discussions, for the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case
    from consult.models import SecondOpinion


def record_opinion_view(*, actor: User, opinion: SecondOpinion, part: str) -> None:
    """Write that `actor` was shown an opinion; `part` says what of it (`reading`, `result`, `status`)."""
    record(
        actor=actor,
        action=Action.VIEW,
        target=opinion,
        after={"case": str(opinion.case_id), "part": part},
        **scope_of(opinion.case),
    )


def record_thread_view(*, actor: User, case: Case) -> None:
    """Write that `actor` was shown the discussion of a case."""
    record(actor=actor, action=Action.VIEW, target=case, after={"part": "discussion"}, **scope_of(case))


def record_clinic_thread_view(*, actor: User, case: Case) -> None:
    """Write that `actor` was shown what laboratory and clinic write to each other about a case."""
    record(actor=actor, action=Action.VIEW, target=case, after={"part": "clinic_thread"}, **scope_of(case))
