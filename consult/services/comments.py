"""Saying something about a case or a cell, so that it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.models import Case, Cell
from cases.permissions import must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.services.validation import clean_record
from consult.mentions import people_named
from consult.models import Comment
from consult.permissions import gives_opinions
from consult.selectors import colleagues_of, is_open_for_talk
from consult.verification import comment_digest, text_digest
from hematovision.errors import Conflict, NotFound, Unprocessable
from hematovision.languages import in_language
from notices.services import notify
from review.permissions import may_review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User


def add_comment(
    *, actor: User, case: Case, text: str, cell: Cell | None = None, mentions: Sequence[User] = ()
) -> Comment:
    """Add to the thread of a case, or of one of its cells; those mentioned are told.

    Mentioned are the given people and whoever the text names as `@Full Name`, of the laboratory's pathologists.
    Raises `NotFound` (case or cell), `PermissionRefused` (code `blind` while the actor owes a blinded opinion on the
    case), `Conflict` (code `signed` after sign-out, `state`), `Unprocessable` for an empty or too long text or a
    stranger mentioned.
    """
    must_see(actor=actor, record_=case)
    if not gives_opinions(actor) or not may_review(actor, case):
        refuse(
            actor=actor,
            target=case,
            sentence=gettext_noop("Threads are for the pathologists of the case's laboratory."),
        )
    if cell is not None and not Cell.objects.filter(pk=cell.pk, image__case=case).exists():
        raise NotFound(_("There is no such cell in this case."))
    text = text.strip()
    if not text:
        raise Unprocessable(_("Write something first."), code="empty_comment")
    colleagues = {person.pk: person for person in colleagues_of(actor, case)}
    if any(person.pk not in colleagues for person in mentions):
        raise Unprocessable(_("Only pathologists of your laboratory can be mentioned."), code="unknown_mention")
    told = {person.pk: person for person in (*mentions, *people_named(text, colleagues.values()))}
    with transaction.atomic():
        lock_case(case)
        _require_open(case)
        comment = Comment(case=case, cell=cell, by=actor, at=timezone.now(), text=text)
        clean_record(comment)
        comment.save(force_insert=True)
        comment.mentions.add(*told.values())
        for person in told.values():
            with in_language(person.language):
                text_for_them = _("%(person)s mentions you in the discussion of a case.") % {"person": actor.full_name}
            notify(
                recipients=[person],
                kind="mention",
                subject_id=case.pk,
                text=text_for_them,
                path=f"{reverse('consult:discussion', args=[case.pk])}#comment-{comment.pk}",
            )
        record(
            actor=actor,
            action=Action.CREATE,
            target=comment,
            after={
                "case": str(case.pk),
                "cell": str(cell.pk) if cell is not None else None,
                "mentions": sorted(str(pk) for pk in told),
                "sha256": text_digest(text),
                "row": comment_digest(comment),
            },
            **scope_of(case),
        )
    return comment


def _require_open(case: Case) -> None:
    if not is_open_for_talk(case):
        if case.is_signed:
            raise Conflict(_("The discussion was closed at sign-out. It stays in the record."), code="signed")
        sentence = _("The case is %(state)s: there is nothing to discuss.") % {
            "state": case.get_state_display().lower()
        }
        raise Conflict(sentence, code="state", details={"state": str(case.state)})
