"""The page of one cell: its picture with caption and arrows, what people voted, and the talk about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from education.forms.discussion import CaptionForm, CommentForm
from education.models import MaterialState, TeachingCaption, TeachingComment, Truth
from education.permissions import may_discuss, may_teach
from education.presenters.question import picture_of
from education.teaching_classes import BY_CODE, TeachingClass

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingCell

_MOST_COMMENTS = 200


@dataclass(frozen=True, slots=True)
class Vote:
    """How many of those who voted chose a class; `share` of 1."""

    teaching_class: TeachingClass
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow in percent of the picture's side, the tip last."""

    x1: float
    y1: float
    x2: float
    y2: float


def arrows_of(caption: TeachingCaption | None) -> list[Arrow]:
    """The arrows of a caption as a picture draws them."""
    return [] if caption is None else [Arrow(*(round(100 * share, 1) for share in arrow)) for arrow in caption.arrows]


def votes_of(cell: TeachingCell) -> list[Vote]:
    """The spread of votes, most first; empty where the class of the cell is not one of opinions."""
    if cell.truth not in {Truth.SINGLE, Truth.VOTED}:
        return []
    known = {code: people for code, people in cell.votes.items() if code in BY_CODE and people}
    everybody = sum(known.values())
    order = sorted(known, key=lambda code: (-known[code], code))
    return [Vote(BY_CODE[code], known[code], known[code] / everybody) for code in order]


def cell_context(
    user: User, cell: TeachingCell, *, comment: CommentForm | None = None, caption: CaptionForm | None = None
) -> dict[str, Any]:
    """What the page of `cell` shows to `user`, with forms that were refused where there are."""
    newest = TeachingCaption.objects.of_laboratory(user).filter(cell=cell).select_related("by").last()
    said = TeachingComment.objects.of_laboratory(user).filter(cell=cell).select_related("by").order_by("-at", "-pk")
    teaches = may_teach(user)
    return {
        "cell": cell,
        "of": BY_CODE[cell.cell_class],
        "classes": [BY_CODE[cell.cell_class]],
        "picture": picture_of(cell),
        "votes": votes_of(cell),
        "caption": newest if newest is not None and (newest.text or newest.arrows) else None,
        "arrows": arrows_of(newest),
        "comments": list(reversed(said[:_MOST_COMMENTS])),
        "teaches": teaches,
        "is_draft": cell.state == MaterialState.DRAFT,
        "comment_form": (comment or CommentForm()) if may_discuss(user) else None,
        "caption_form": (caption or CaptionForm(caption=newest, auto_id="caption_%s")) if teaches else None,
    }
