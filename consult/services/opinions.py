"""Asking a colleague, answering, declining, and ending a question that is not adjudicated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from audit.models import Action
from audit.services import record
from cases.blinding import is_reviewed_blinded
from cases.models import Cell
from cases.permissions import must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.services.validation import clean_record
from consult.models import Comparison, OpinionCell, OpinionScope, OpinionState, SecondOpinion
from consult.permissions import gives_opinions
from consult.selectors import (
    asked_cells,
    cells_in_scope,
    colleagues_of,
    is_open_for_talk,
    is_reviewer_of,
    latest_labels,
)
from consult.verification import asked_digest, compared_digest, opinion_digest
from hematovision.errors import Conflict, Unprocessable
from hematovision.languages import in_language
from notices.services import notify
from review.permissions import may_review

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

MOST_CELLS = 2000
"""A question is about at most this many cells."""
_BATCH = 500
_SHORT = 500


def ask_opinion(
    *, actor: User, case: Case, colleague: User, blind: bool, scope: str = OpinionScope.ALL, question: str = ""
) -> SecondOpinion:
    """Ask `colleague` to review the cells of `scope` a second time; they are told.

    The cells are those of the case now, in the order of field and place: an order by doubt would tell a blinded colleague
    what the model thought. Raises `NotFound`; `PermissionRefused` for those who do not read for the laboratory;
    `Conflict` (code `not_first_reader`, or `already_asked`); `Unprocessable` where nobody or nothing is asked about.
    """
    must_see(actor=actor, record_=case)
    if not gives_opinions(actor) or not may_review(actor, case):
        refuse(
            actor=actor,
            target=case,
            sentence=gettext_noop("Second opinions are asked for by the pathologist who reviews the case."),
        )
    if scope not in OpinionScope.values:
        raise Unprocessable(_("Choose which cells the question is about."), code="unknown_scope")
    try:
        with transaction.atomic():
            lock_case(case)
            if not is_reviewer_of(actor, case):
                sentence = _("Claim the case first: a second opinion is asked for by whoever is reviewing it.")
                raise Conflict(sentence, code="not_first_reader")
            if not colleagues_of(actor, case).filter(pk=colleague.pk).exists():
                raise Unprocessable(_("Choose another pathologist of your laboratory."), code="no_colleague")
            opinion = SecondOpinion(
                case=case,
                asked_by=actor,
                colleague=colleague,
                blind=blind,
                scope=scope,
                question=question.strip(),
                asked_at=timezone.now(),
            )
            _refuse_asked(opinion)
            cells = _cells_of(case, scope)
            clean_record(opinion)
            opinion.save(force_insert=True)
            asked = [
                OpinionCell(opinion=opinion, cell=cell, position=position)
                for position, cell in enumerate(cells, start=1)
            ]
            OpinionCell.objects.bulk_create(asked, batch_size=_BATCH)
            how = "blind" if blind else "open"
            asks = {
                "blind": gettext_noop("%(person)s asks for your second opinion (blind)."),
                "open": gettext_noop("%(person)s asks for your second opinion (open)."),
            }
            _tell(opinion, colleague, "opinion_asked", asks[how], person=actor.full_name)
            after = {"colleague": colleague.pk, "how": how, "cells": len(cells), "asked_cells": asked_digest(asked)}
            _record(actor, opinion, Action.CREATE, after=after)
    except IntegrityError:
        _refuse_asked(opinion)
        raise
    return opinion


def answer_opinion(*, actor: User, opinion: SecondOpinion, words: str = "") -> SecondOpinion:
    """Answer: what both reviewers had is set side by side, for good.

    Blind, every cell needs a label; open, a label or words. Raises as `save_labels`, and `Unprocessable` (code
    `cells_to_classify` or `empty_answer`).
    """
    require_colleague(actor=actor, opinion=opinion)
    with transaction.atomic():
        lock_asked(opinion)
        labels = latest_labels(opinion)
        cells = asked_cells(opinion)
        missing = sum(cell.pk not in labels for cell in cells)
        opinion.words = words.strip()
        if opinion.blind and missing:
            sentence = ngettext("%(count)s cell has no label yet.", "%(count)s cells have no label yet.", missing)
            details: dict[str, object] = {"missing": missing}
            raise Unprocessable(sentence % {"count": missing}, code="cells_to_classify", details=details)
        if not labels and not opinion.words:
            raise Unprocessable(_("Label a cell or write what you think."), code="empty_answer")
        rows = [_compared(opinion, position, cell, labels) for position, cell in enumerate(cells, 1)]
        compared = [row for row in rows if row is not None]
        Comparison.objects.bulk_create(compared, batch_size=_BATCH)
        _step(opinion, OpinionState.ANSWERED, answered_at=timezone.now())
        differing = sum(row.differs for row in compared)
        _tell(
            opinion,
            opinion.asked_by,
            "opinion_answered",
            gettext_noop("%(person)s has given the second opinion you asked for."),
            person=actor.full_name,
        )
        after = {"compared": len(compared), "differing": differing, "compared_cells": compared_digest(compared)}
        _record(actor, opinion, Action.REVIEW, after=after)
    return opinion


def decline_opinion(*, actor: User, opinion: SecondOpinion, reason: str) -> SecondOpinion:
    """Hand the question back unread, with a reason. Raises as `save_labels`, `Unprocessable` without a reason."""
    require_colleague(actor=actor, opinion=opinion)
    with transaction.atomic():
        lock_asked(opinion)
        opinion.words = _reason(reason, _("Say why you decline, so that somebody else can be asked."))
        _step(opinion, OpinionState.DECLINED, answered_at=timezone.now())
        declines = gettext_noop("%(person)s declines to give a second opinion.")
        _tell(opinion, opinion.asked_by, "opinion_declined", declines, person=actor.full_name)
        _record(actor, opinion, Action.UPDATE)
    return opinion


def close_opinion(*, actor: User, opinion: SecondOpinion, reason: str) -> SecondOpinion:
    """Take a question back, or leave the differences of an answered one as they are; both need a reason.

    Raises `NotFound`, `PermissionRefused` unless the actor asked or reviews the case now, `Conflict` where it is over.
    """
    must_see(actor=actor, record_=opinion)
    case = opinion.case
    if actor.pk != opinion.asked_by_id and not is_reviewer_of(actor, case):
        refuse(
            actor=actor,
            target=opinion,
            sentence=gettext_noop("Only who asked, or who reviews the case now, closes a question."),
        )
    with transaction.atomic():
        lock_opinion(opinion)
        if not opinion.is_open:
            raise over(opinion)
        _close(opinion, by=actor, reason=_reason(reason, _("Say why the question is closed.")))
    return opinion


def close_opinions_of(*, case: Case, by: User | None, reason: str) -> int:
    """Close what is still open on a case whose review ended; returns how many. Part of the ending transaction."""
    opinions = list(SecondOpinion.objects.filter(case=case).open().select_related("colleague", "asked_by"))
    for opinion in opinions:
        opinion.case = case
        _close(opinion, by=by, reason=reason)
    return len(opinions)


def require_colleague(*, actor: User, opinion: SecondOpinion) -> None:
    """Raise `NotFound` for an opinion the actor does not see, `PermissionRefused` for anybody but the asked one."""
    must_see(actor=actor, record_=opinion)
    if actor.pk != opinion.colleague_id or not gives_opinions(actor):
        refuse(
            actor=actor, target=opinion, sentence=gettext_noop("Only the colleague who was asked gives this opinion.")
        )


def lock_opinion(opinion: SecondOpinion) -> SecondOpinion:
    """Lock the case, then the opinion, and bring both up to their rows."""
    case = lock_case(opinion.case)
    SecondOpinion.objects.select_for_update(no_key=True).only("pk").get(pk=opinion.pk)
    opinion.refresh_from_db()
    opinion.case = case
    return opinion


def lock_asked(opinion: SecondOpinion) -> SecondOpinion:
    """As `lock_opinion`; raises `Conflict` unless the question still waits and the case is still being reviewed."""
    lock_opinion(opinion)
    if opinion.state != OpinionState.ASKED:
        raise over(opinion)
    if not is_open_for_talk(opinion.case):
        sentence = _("The case is %(state)s: its cells are no longer reviewed.") % {
            "state": opinion.case.get_state_display().lower()
        }
        raise Conflict(sentence, code="signed" if opinion.case.is_signed else "state")
    return opinion


def over(opinion: SecondOpinion) -> Conflict:
    """The refusal of a step that comes too late."""
    sentence = _("This second opinion is %(state)s and no longer changes.") % {
        "state": opinion.get_state_display().lower()
    }
    return Conflict(sentence, code="opinion_state", details={"state": str(opinion.state)})


def mark_adjudicated(opinion: SecondOpinion, *, by: User) -> None:
    """Mark a locked answered opinion as adjudicated."""
    _step(opinion, OpinionState.ADJUDICATED, settled_at=timezone.now(), settled_by=by)


def _close(opinion: SecondOpinion, *, by: User | None, reason: str) -> None:
    before = str(opinion.state)
    opinion.closing = reason
    _step(opinion, OpinionState.CLOSED, settled_at=timezone.now(), settled_by=by)
    if before == OpinionState.ASKED and (by is None or by.pk != opinion.colleague_id):
        _tell(
            opinion, opinion.colleague, "opinion_closed", gettext_noop("A second opinion is no longer needed from you.")
        )
    _record(by, opinion, Action.UPDATE, before={"state": before}, reason=reason)


def _cells_of(case: Case, scope: str) -> list[Cell]:
    found = list(cells_in_scope(case, scope).order_by("image__ordinal", "y", "x", "id").only("id")[: MOST_CELLS + 1])
    if not found:
        sentence = {
            OpinionScope.FLAGGED: _("No cell of this case is flagged."),
            OpinionScope.UNIDENTIFIED: _("No cell of this case is unidentified."),
        }.get(OpinionScope(scope), _("This case has no cells to ask about."))
        raise Unprocessable(sentence, code="no_cells")
    if len(found) > MOST_CELLS:
        sentence = _("A question is about at most %(most)s cells: flag those you doubt and ask about them.")
        raise Unprocessable(sentence % {"most": MOST_CELLS}, code="too_many_cells")
    return found


def _compared(opinion: SecondOpinion, position: int, cell: Cell, labels: dict[Any, Any]) -> Comparison | None:
    second = labels.get(cell.pk)
    if second is None:
        return None
    # Where the laboratory reviews blinded, the model's label is not compared: that a cell agreed with it, or was
    # adjudicated in its favour, would tell what it is.
    blinded = is_reviewed_blinded(opinion.case) and not cell.is_named
    return Comparison(
        opinion=opinion,
        cell=cell,
        position=position,
        first_label="" if blinded else cell.label,
        first_excluded=cell.excluded,
        first_read=cell.is_reviewed,
        second_label=second.label,
        second_excluded=second.excluded,
    )


def _refuse_asked(opinion: SecondOpinion) -> None:
    waiting = SecondOpinion.objects.filter(
        case=opinion.case, colleague=opinion.colleague, state=OpinionState.ASKED
    ).exclude(pk=opinion.pk)
    if waiting.exists():
        sentence = _("%(person)s has been asked already and has not answered yet.") % {
            "person": opinion.colleague.full_name
        }
        raise Conflict(sentence, code="already_asked")


def _reason(text: str, sentence: str) -> str:
    reason = text.strip()
    if not reason:
        raise Unprocessable(sentence, code="reason_missing")
    if len(reason) > _SHORT:
        raise Unprocessable(_("A reason has at most %(most)s characters.") % {"most": _SHORT}, code="reason_too_long")
    return reason


def _step(opinion: SecondOpinion, to: OpinionState, **columns: Any) -> None:
    opinion.state = to
    for name, value in columns.items():
        setattr(opinion, name, value)
    clean_record(opinion)
    opinion.save(update_fields=["state", "words", "closing", *columns])


def _tell(opinion: SecondOpinion, to: User, kind: str, sentence: str, **values: str) -> None:
    """Tell one person a sentence of the catalogues in their language, with what is put in."""
    path = reverse("consult:opinion", args=[opinion.pk])
    with in_language(to.language):
        text = _(sentence) % values
    notify(recipients=[to], kind=kind, subject_id=opinion.pk, text=text, path=path)


def _record(
    actor: User | None,
    opinion: SecondOpinion,
    action: Action,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    record(
        actor=actor,
        action=action,
        target=opinion,
        reason=reason,
        before=before,
        after={
            "case": str(opinion.case_id),
            "state": str(opinion.state),
            **(after or {}),
            "row": opinion_digest(opinion),
        },
        **scope_of(opinion.case),
    )
