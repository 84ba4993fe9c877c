"""The next version of a report before anybody signs it: what it would say, and what still keeps it from being signed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cases.permissions import must_see, refuse
from hematovision.errors import Conflict
from hematovision.languages import in_language
from reports.canonical import digest
from reports.models import Report, ReportDraft, ReportKind
from reports.presenters.content import build_content
from reports.presenters.language import language_for
from reports.selectors.case_evidence import CaseEvidence, case_evidence
from reports.selectors.versions import current_report
from reports.services.sign_checks import Check, sign_checks, unmet
from reports.verification import content_as_signed
from review.permissions import NOT_A_REVIEWER, may_review
from review.selectors import holds, lease_of, open_amendment_of, review_fingerprint
from review.services.guards import require_open

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case
    from review.models import Amendment


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be signed now. `preview` is the hash of all of it: what changes in between is seen by it."""

    case: Case
    kind: ReportKind
    previous: Report | None
    amendment: Amendment | None
    draft: ReportDraft
    evidence: CaseEvidence
    content: dict[str, Any]
    checks: list[Check]
    preview: str

    @property
    def unmet(self) -> list[Check]:
        """The conditions that keep it from being signed."""
        return unmet(self.checks)


def prepare_report(*, actor: User, case: Case, report_id: uuid.UUID | None = None) -> Prepared:
    """Return what `actor` would sign for `case` now.

    Raises `NotFound`, `PermissionRefused` (not a reviewer of this laboratory), or `Conflict`: code `signed` or `state`
    where there is nothing to sign, `lease_lost` where somebody else holds the case, `report_broken` where the version
    before is no longer what was signed.
    """
    require_signer(actor=actor, case=case)
    amendment = open_amendment_of(case)
    previous = current_report(case)
    if previous is not None and content_as_signed(previous) is None:
        sentence = _(
            "Version %(version)s of this report is no longer what was signed, so nothing is signed after it. "
            "Tell whoever operates this installation."
        )
        raise Conflict(sentence % {"version": previous.version}, code="report_broken")
    kind = ReportKind.ORIGINAL if amendment is None else ReportKind(amendment.kind)
    draft = draft_of(case, actor, previous, amendment)
    with in_language(language_for(case, previous)):
        evidence = case_evidence(case)
        content = build_content(
            report_id=report_id or uuid.UUID(int=0),
            case=case,
            evidence=evidence,
            draft=draft,
            kind=kind,
            previous=previous,
            reason_code=amendment.reason_code if amendment is not None else "",
            reason_label=str(amendment.get_reason_code_display()) if amendment is not None else "",
            reason=amendment.reason if amendment is not None else "",
        )
    checks = sign_checks(case=case, kind=kind, draft=draft, evidence=evidence, content=content, previous=previous)
    return Prepared(case, kind, previous, amendment, draft, evidence, content, checks, _preview(case, content))


def require_signer(*, actor: User, case: Case) -> None:
    """Refuse everybody but the pathologist who holds the case, while there is something to sign."""
    must_see(actor=actor, record_=case)
    if not may_review(actor, case):
        refuse(actor=actor, target=case, sentence=NOT_A_REVIEWER)
    require_open(case)
    if holds(actor, case):
        return
    lease = lease_of(case)
    if lease is not None:
        sentence = _("%(person)s is reviewing this case.") % {"person": lease.holder.full_name}
        raise Conflict(sentence, code="lease_lost")
    raise Conflict(_("You are not reviewing this case at present. Claim it first."), code="lease_lost")


def draft_of(case: Case, actor: User, previous: Report | None, amendment: Amendment | None) -> ReportDraft:
    """Return the draft of `case`; before anything was written, one that starts from the version that stands.

    What was written before the case was opened again is of another version. Confirmations are a person's own: whoever
    takes a case over keeps the words and ticks for themselves.
    """
    draft = ReportDraft.objects.filter(case=case).first()
    if draft is not None and (amendment is None or draft.updated_at >= amendment.opened_at):
        if draft.by_id != actor.pk:
            draft.identifiers, draft.quality_accepted = [], False
        return draft
    if previous is None or previous.is_withdrawn or (amendment is not None and amendment.kind == ReportKind.WITHDRAWN):
        return ReportDraft(case=case, by=actor)
    insufficient = previous.data.get("insufficient") or {"code": "", "words": ""}
    return ReportDraft(
        case=case,
        by=actor,
        interpretation=previous.interpretation,
        comments=previous.comments,
        count_reason=previous.data["count_reason"],
        quality_remark=previous.data["quality"]["remark"],
        flagged_reason=previous.data.get("flagged", {}).get("reason", ""),
        insufficient=insufficient["code"],
        insufficient_words=insufficient["words"],
    )


def _preview(case: Case, content: dict[str, Any]) -> str:
    """Return the hash of a content and the cells it was made of; the id of the report is not part of it."""
    nameless = {**content, "report": {**content["report"], "id": ""}}
    return digest({"content": nameless, "review": review_fingerprint(case)})
