"""Keep what a pathologist writes before signing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from hematovision.errors import Unprocessable
from reports.models import ReportDraft
from reports.presenters.content import IDENTIFIERS
from reports.services.preparing import require_signer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from cases.models import Case


def save_draft(
    *,
    actor: User,
    case: Case,
    interpretation: str = "",
    comments: str = "",
    count_reason: str = "",
    quality_remark: str = "",
    flagged_reason: str = "",
    insufficient: str = "",
    insufficient_words: str = "",
    quality_accepted: bool = False,
    identifiers: Iterable[str] = (),
) -> ReportDraft:
    """Keep the texts and confirmations of the sign page; whoever holds the case writes them.

    Raises as `prepare_report`, and `Unprocessable` for a text that is too long or holds what no text can.
    """
    require_signer(actor=actor, case=case)
    draft = ReportDraft(
        case=case,
        by=actor,
        interpretation=_clean(interpretation),
        comments=_clean(comments),
        count_reason=_clean(count_reason),
        quality_remark=_clean(quality_remark),
        flagged_reason=_clean(flagged_reason),
        insufficient=insufficient,
        insufficient_words=_clean(insufficient_words),
        quality_accepted=quality_accepted,
        identifiers=sorted(set(identifiers) & set(IDENTIFIERS)),
    )
    try:
        draft.clean_fields(exclude=["case", "by"])
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages), code="invalid") from error
    with transaction.atomic():
        lock_case(case)
        require_signer(actor=actor, case=case)
        # Saving with the case as primary key writes over the draft there is.
        draft.save()
        record(actor=actor, action=Action.UPDATE, target=draft, after={"draft": "saved"}, **scope_of(case))
    return draft


def _clean(text: str) -> str:
    """Return a text with plain line ends; PostgreSQL keeps no NUL, and a lone surrogate has no UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unprocessable(_("The text holds characters that cannot be kept."), code="invalid") from error
    return text
