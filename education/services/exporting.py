"""The pictures of a set as one file, for courses elsewhere: where every licence allows it, and with the credit of each."""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from audit.models import Action
from audit.services import record
from cases.permissions import refuse
from education.licences import LETS_IT_LEAVE, may_leave
from education.models import Source, TeachingCell, TeachingSet
from education.permissions import may_teach
from education.selectors.owed import takes_test, without_owed
from education.services.questions import cells_of
from hematovision.csv_export import csv_lines
from hematovision.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User

MOST_PICTURES = 500
_IN_MEMORY = 8 * 1024 * 1024
COLUMNS = ("file", "class", "um_per_px", "stain", "camera", "licence", "credit")
"""Of the table, as `import_teaching` reads it."""


def export_set(*, actor: User, teaching_set: UUID) -> IO[bytes]:
    """Return the cells of a set as an open zip file: pictures under numbers, `material.csv` and `CREDITS.txt`.

    Raises `NotFound`, `PermissionRefused` for who does not teach, and `Conflict` for a set without cells, with more than 500, with a
    cell whose answer `actor` owes, or with one that may not leave: what was copied from signed cases and the laboratory's own never does, nor one whose licence
    does not allow it.
    """
    found = TeachingSet.objects.of_laboratory(actor).filter(pk=teaching_set).first()
    if found is None:
        raise NotFound(_("There is no such set."))
    if not may_teach(actor):
        refuse(actor=actor, target=found, sentence=gettext_noop("Teachers export sets."))
    # By an id that chance made: the order tells nothing.
    cells = list(cells_of(found, actor).order_by("pk")[: MOST_PICTURES + 1])
    _require_free(cells)
    _require_told(found, cells, actor)
    file = _written(cells)
    record(
        actor=actor,
        action=Action.EXPORT,
        target=found,
        after={"cells": len(cells), "licences": sorted({cell.licence for cell in cells})},
    )
    return file


def _require_free(cells: Sequence[TeachingCell]) -> None:
    if not cells:
        raise Conflict(_("There are no cells in this set."), code="empty_set")
    if len(cells) > MOST_PICTURES:
        sentence = _("This set has more than %(most)s cells. Export a smaller one.") % {"most": MOST_PICTURES}
        raise Conflict(sentence, code="too_many_cells")
    kept = sum(cell.source != Source.PUBLIC for cell in cells)
    if kept:
        raise Conflict(
            ngettext(
                "%(number)s cell is the laboratory's own or from a signed case and never leaves it.",
                "%(number)s cells are the laboratory's own or from signed cases and never leave it.",
                kept,
            )
            % {"number": kept},
            code="own_material",
        )
    barred = sorted({cell.licence for cell in cells if not may_leave(cell.licence)})
    if barred:
        raise Conflict(
            _("These licences do not let pictures be handed on: %(licences)s. These do: %(allowed)s.")
            % {"licences": ", ".join(barred), "allowed": LETS_IT_LEAVE},
            code="licence",
        )


def _require_told(teaching_set: TeachingSet, cells: Sequence[TeachingCell], actor: User) -> None:
    asked = TeachingCell.objects.filter(pk__in=[cell.pk for cell in cells])
    if takes_test(actor, teaching_set) or without_owed(asked, actor).count() < len(cells):
        sentence = _("You owe answers to cells of this set in a test or an attempt. Export it once they are told.")
        raise Conflict(sentence, code="owed")


def _written(cells: Sequence[TeachingCell]) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    rows: list[Sequence[object]] = [COLUMNS]
    # Pictures are PNG and do not get smaller.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        for number, cell in enumerate(cells, start=1):
            name = f"cell-{number:03}.png"
            scale = "" if cell.um_per_px is None else cell.um_per_px
            rows.append((name, cell.cell_class, scale, cell.stain, cell.camera, cell.licence, cell.credit))
            with cell.picture.open("rb") as picture:
                zipped.writestr(_entry(name), picture.read())
        zipped.writestr(_entry("material.csv"), "".join(csv_lines(rows)))
        zipped.writestr(_entry("CREDITS.txt"), _credits(cells))
    file.seek(0)
    return file


def _entry(name: str) -> zipfile.ZipInfo:
    # Without a time: that of the export is in the audit trail, and the same set gives the same bytes.
    return zipfile.ZipInfo(name)


def _credits(cells: Sequence[TeachingCell]) -> str:
    counts = Counter((cell.credit, cell.licence) for cell in cells)
    lines = [
        "Credits",  # not translated
        "",
        "Each picture shows one cell, cut out of the original, scaled to 256 x 256 px and written anew as PNG.",  # not translated
        "material.csv names licence and credit of each file. Name both wherever a picture is shown.",  # not translated
        "",
        *(
            f"{credit}, {licence}: {number} pictures" for (credit, licence), number in sorted(counts.items())
        ),  # not translated
        "",
    ]
    return "\n".join(lines)
