"""What the pages of this app show, as plain values. A blinded colleague's page is made here: it holds their own labels only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from cases.blinding import is_reviewed_blinded
from cases.cell_classes import BY_CODE, CellClass
from cases.differential import clopper_pearson
from classifier.selectors import output_for_cells
from consult.cell_labels import CLASS_OF_CODE, LABEL_CLASSES, code_of
from consult.crops import CropAddresses
from consult.models import OpinionState
from consult.selectors import (
    asked_cells,
    comments_of,
    is_open_for_talk,
    is_reviewer_of,
    latest_labels,
    may_comment,
    result_of,
)
from review.key_map import keys_of

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case, Cell
    from classifier.models import Prediction
    from consult.models import SecondOpinion
    from consult.selectors import Difference, OpinionResult

ASKED_AT_ONCE = 200
"""So many differences are adjudicated with one form: a request holds 1000 fields at most, and each takes three."""
_COMMANDS = ("confirm", "exclude", "undo", "next", "previous", "up", "down", "help")


@dataclass(frozen=True, slots=True)
class AskedCell:
    """A tile of the colleague's page; `present` and `by_model` are empty for a blinded colleague."""

    cell: Cell
    number: int
    near: str
    large: str
    wide: str
    own: CellClass | None
    present: CellClass | None
    by_model: bool


def labelling_context(opinion: SecondOpinion, user: User, *, chosen: UUID | None) -> dict[str, Any]:
    """Return what the colleague's page shows, with the cell to look at first: `chosen`, else the first unlabelled."""
    cells = asked_cells(opinion)
    addresses = CropAddresses(opinion.case, cells)
    standing = latest_labels(opinion)
    hides_model = is_reviewed_blinded(opinion.case)
    tiles = [
        AskedCell(
            cell=cell,
            number=number,
            near=addresses.near(cell),
            large=addresses.near(cell, 512),
            wide=addresses.wide(cell),
            own=CLASS_OF_CODE[standing[cell.pk].code] if cell.pk in standing else None,
            present=_present(opinion, cell, hides_model=hides_model),
            by_model=not opinion.blind and not cell.is_reviewed,
        )
        for number, cell in enumerate(cells, start=1)
    ]
    active = next((tile for tile in tiles if tile.cell.pk == chosen), None)
    active = active or next((tile for tile in tiles if tile.own is None), tiles[0] if tiles else None)
    return {
        "opinion": opinion,
        "case": opinion.case,
        "tiles": tiles,
        "active": active,
        "label_classes": LABEL_CLASSES,
        "scale_known": addresses.scale_known,
        "done": sum(tile.own is not None for tile in tiles),
        "open_for_discussion": is_open_for_talk(opinion.case),
        "script": {
            "keys": _keys(user),
            "classes": {each.code: {"label": gettext(each.label), "letter": each.letter} for each in LABEL_CLASSES},
            "blind": opinion.blind,
        },
        "key_of": _key_names(user),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One difference with its image and what the model said.

    `asked` where its choices are part of the form: of many differences some at a time.
    `first_hidden` where the first label is the model's and the laboratory reviews blinded; `model` is None there too.
    `model_best` is the class the score is of where the model would not name one.
    """

    difference: Difference
    near: str
    first_hidden: bool
    may_keep_first: bool
    model: CellClass | None
    model_score: float | None
    model_best: CellClass | None
    asked: bool


def result_context(opinion: SecondOpinion, user: User) -> dict[str, Any]:
    """Return what the page of an opinion shows to everybody but the colleague who still labels."""
    case = opinion.case
    is_reviewer = is_reviewer_of(user, case)
    context: dict[str, Any] = {
        "opinion": opinion,
        "case": case,
        "asked_count": opinion.asked_cells.count(),
        "labelled_count": len(latest_labels(opinion)) if opinion.state == OpinionState.ASKED else None,
        "is_reviewer": is_reviewer,
        "may_close": opinion.is_open and (user.pk == opinion.asked_by_id or is_reviewer),
        "may_adjudicate": is_reviewer and opinion.state == OpinionState.ANSWERED,
    }
    if not opinion.is_answered:
        return context
    result = result_of(opinion)
    addresses = CropAddresses(case, [each.cell for each in result.differences])
    hides_model = is_reviewed_blinded(case)
    said = output_for_cells(each.cell for each in result.differences).predictions
    waiting = [each.cell.pk for each in result.differences if not each.is_adjudicated]
    asked = frozenset(waiting[:ASKED_AT_ONCE])
    rows = [
        _row(each, addresses, said.get(each.cell.pk), hides_model=hides_model, asked=each.cell.pk in asked)
        for each in result.differences
    ]
    return context | {
        "result": result,
        "rows": rows,
        "asked_at_once": len(asked),
        "limits": clopper_pearson(result.agreement.agreed, result.agreement.n) if result.agreement.n else None,
        "table": pair_table(result),
        "label_classes": LABEL_CLASSES,
    }


@dataclass(frozen=True, slots=True)
class PairTable:
    """The first reviewer's classes down, the colleague's across: how many cells got which pair."""

    columns: list[CellClass]
    rows: list[tuple[CellClass, list[tuple[int, bool]], int]]
    totals: list[int]
    total: int


def pair_table(result: OpinionResult) -> PairTable | None:
    """Return the table of pairs over the classes that were used, or None where both had read nothing."""
    used = {code for pair in result.pairs for code in pair}
    classes = [each for each in LABEL_CLASSES if each.code in used]
    if not classes:
        return None
    rows = []
    for down in classes:
        counts = [(result.pairs.get((down.code, across.code), 0), down.code == across.code) for across in classes]
        rows.append((down, counts, sum(count for count, _ in counts)))
    totals = [sum(row[1][at][0] for row in rows) for at in range(len(classes))]
    return PairTable(classes, rows, totals, sum(totals))


def thread_context(case: Case, user: User, *, cell: Cell | None = None) -> dict[str, Any]:
    """Return the thread of a case or a cell as a page shows it."""
    comments = list(comments_of(case, user, cell=cell))
    cells = [comment.cell for comment in comments if comment.cell is not None]
    if cell is not None:
        cells.append(cell)
    addresses = CropAddresses(case, cells)
    return {
        "comments": [(each, addresses.near(each.cell, 96) if each.cell is not None else "") for each in comments],
        "cell": cell,
        "cell_picture": addresses.near(cell) if cell is not None else "",
        "may_comment": may_comment(user, case),
        "open_for_talk": is_open_for_talk(case),
    }


def _present(opinion: SecondOpinion, cell: Cell, *, hides_model: bool) -> CellClass | None:
    """What the cell is called now, for an open opinion; a model's label not where the laboratory reviews blinded."""
    if opinion.blind or (hides_model and not cell.is_reviewed):
        return None
    return CLASS_OF_CODE[code_of(cell)]


def _row(each: Difference, addresses: CropAddresses, said: Prediction | None, *, hides_model: bool, asked: bool) -> Row:
    unread = not each.comparison.first_read
    hidden = unread and hides_model
    keep = not hidden and each.comparison.first != "unidentified"
    # Once a person has named the cell, what the model said of it may be known.
    shown = None if hides_model and not each.cell.is_named else said
    return Row(
        each,
        addresses.near(each.cell),
        first_hidden=hidden,
        may_keep_first=keep,
        model=CLASS_OF_CODE[shown.suggestion] if shown is not None else None,
        model_score=shown.score if shown is not None else None,
        model_best=None if shown is None or shown.identified else BY_CODE.get(shown.label),
        asked=asked,
    )


def _keys(user: User) -> dict[str, list[str]]:
    """The reviewer's own keys of the workspace, for what this page can do."""
    keys = keys_of(user)
    return {command: names for command, names in keys.items() if command.startswith("label.") or command in _COMMANDS}


def _key_names(user: User) -> dict[str, str]:
    """The first key of each label, as it is printed beside it."""
    keys = keys_of(user)
    named = {each.code: keys.get(f"label.{each.code}", []) for each in LABEL_CLASSES}
    named["excluded"] = keys.get("exclude", [])
    return {code: names[0].upper() for code, names in named.items() if names}
