"""What people say about a cell that is taught: captions of teachers, and the talk of everybody who learns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.permissions import refuse
from cases.services.validation import clean_record
from education.models import TeachingCaption, TeachingComment
from education.models.discussion import MOST_ARROWS
from education.permissions import may_discuss, may_teach
from education.selectors.atlas import discussed_by
from hematovision.errors import NotFound, TooManyAttempts, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User
    from education.models import TeachingCell

COMMENTS_A_DAY = 60


def add_comment(*, actor: User, cell: UUID, text: str) -> TeachingComment:
    """Add to the talk about a cell.

    Raises `NotFound`, `PermissionRefused`, `Unprocessable` for an empty or too long text, `TooManyAttempts` after 60 in 24 hours.
    """
    found = _seen(actor, cell)
    if not may_discuss(actor):
        refuse(
            actor=actor,
            object_type="education.teachingcomment",
            sentence=gettext_noop("The talk about cells is for those who learn and teach in the laboratory."),
        )
    text = text.strip()
    if not text:
        raise Unprocessable(_("Write something first."), code="empty_comment")
    since = timezone.now() - timedelta(days=1)
    if TeachingComment.objects.filter(by=actor, at__gt=since).count() >= COMMENTS_A_DAY:
        raise TooManyAttempts(_("You wrote %(most)s comments within a day. Go on tomorrow.") % {"most": COMMENTS_A_DAY})
    comment = TeachingComment(cell=found, by=actor, text=text)
    clean_record(comment)
    comment.save(force_insert=True)
    return comment


def hide_comment(*, actor: User, comment: UUID) -> TeachingComment:
    """Take a comment out of sight; its text stays for teachers. Hiding it again changes nothing.

    Raises `NotFound` for one of another laboratory, `PermissionRefused` for who does not teach.
    """
    visible = TeachingComment.objects.of_laboratory(actor).filter(cell__in=discussed_by(actor))
    found = visible.filter(pk=comment).first()
    if found is None:
        raise NotFound(_("There is no such comment."))
    if not may_teach(actor):
        refuse(actor=actor, target=found, sentence=gettext_noop("Teachers hide comments."))
    with transaction.atomic():
        hidden = TeachingComment.objects.filter(pk=comment, hidden_at__isnull=True).update(
            hidden_by=actor, hidden_at=timezone.now()
        )
        if hidden:
            record(actor=actor, action=Action.UPDATE, target=found, before={"hidden": False}, after={"hidden": True})
    found.refresh_from_db()
    return found


def set_caption(*, actor: User, cell: UUID, text: str, arrows: Sequence[Sequence[float]]) -> TeachingCaption:
    """Put a caption and arrows over a cell; the ones before are kept. Without text and arrows nothing is shown any more.

    `arrows` are [x1, y1, x2, y2] with the tip last, as shares of the picture's side. Raises `NotFound`, `PermissionRefused` for
    who does not teach, and `Unprocessable` for a long text, for more than four arrows and for one out of the picture or without length.
    """
    found = _seen(actor, cell)
    if not may_teach(actor):
        refuse(
            actor=actor,
            object_type="education.teachingcaption",
            sentence=gettext_noop("Teachers write the captions of cells."),
        )
    if len(arrows) > MOST_ARROWS:
        raise Unprocessable(_("A picture takes at most %(most)s arrows.") % {"most": MOST_ARROWS})
    for arrow in arrows:
        if len(arrow) != 4 or not all(0 <= share <= 1 for share in arrow):
            raise Unprocessable(_("An arrow begins and ends in the picture."))
        if arrow[:2] == arrow[2:]:
            raise Unprocessable(_("An arrow ends elsewhere than it begins."))
    caption = TeachingCaption(cell=found, by=actor, text=text.strip(), arrows=[list(arrow) for arrow in arrows])
    clean_record(caption)
    caption.save(force_insert=True)
    return caption


def _seen(actor: User, cell: UUID) -> TeachingCell:
    found = discussed_by(actor).filter(pk=cell).first()
    if found is None:
        raise NotFound(_("There is no such cell."))
    return found
