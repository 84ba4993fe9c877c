"""What the page of a calibration shows. While cells are named it says nothing of what the model called them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from calibration.models import CalibrationState, ProposalState
from calibration.selectors import (
    label_of,
    latest_proposal,
    latest_run,
    proposed_cells,
    tally,
    unlabelled_cells,
)
from cases.cell_classes import BY_CODE, CELL_CLASSES, CellClass
from classifier.models import ModelVersion
from classifier.selectors import is_void, variant_on
from consult.cell_labels import LABEL_CLASSES
from consult.crops import CropAddresses
from microscopes.permissions import may_manage_those_of
from review.key_map import keys_of

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from calibration.selectors import Tally
    from microscopes.models import Microscope

#: What a calibration needs at least, and what makes it worth the while (docs/your_microscope.md).
ENOUGH_CELLS, WISE_CELLS, FEWEST_PATIENTS, WISE_PATIENTS = 10, 50, 3, 5


@dataclass(frozen=True, slots=True)
class ClassResult:
    """Held-out cells of one class, how many were right before and after, and both as shares in percent."""

    cell_class: CellClass
    n: int
    before: int
    after: int
    before_percent: float
    after_percent: float


def page_context(microscope: Microscope, user: User, *, chosen: UUID | None) -> dict[str, Any]:
    """Return what the page shows, with the cell to name: `chosen`, else the first proposed one without a label."""
    return {
        "microscope": microscope,
        **_counts(tally(microscope)),
        **progress_context(microscope),
        **_labelling(microscope, user, chosen),
        **_outcome(microscope, user),
    }


def progress_context(microscope: Microscope) -> dict[str, Any]:
    """Return what the workers are at for a microscope, and whether the page waits for it."""
    proposal, run = latest_proposal(microscope), latest_run(microscope)
    proposing = proposal is not None and proposal.state == ProposalState.WAITING
    calibrating = run is not None and run.is_open
    return {
        "microscope": microscope,
        "proposal": proposal,
        "run": run,
        "is_proposing": proposing,
        "is_calibrating": calibrating,
        "is_waiting": proposing or calibrating,
    }


def class_results(adapted: dict[str, Any]) -> list[ClassResult]:
    """Return the held-out cells by class of the card of a variant, in the order of the classes."""
    table = adapted.get("by_class") or {}
    found = []
    for each in CELL_CLASSES:
        row = table.get(each.code)
        if row and row["n"]:
            n, before, after = row["n"], row["right_before"], row["right_after"]
            found.append(ClassResult(each, n, before, after, 100 * before / n, 100 * after / n))
    return found


def _counts(labelled: Tally) -> dict[str, Any]:
    return {
        "counts": [(each, labelled.counts.get(each.code, 0)) for each in CELL_CLASSES],
        "cell_count": labelled.cells,
        "patient_count": labelled.patients,
        "missing": _missing(labelled.counts, labelled.cells, labelled.patients),
    }


def _missing(counts: dict[str, int], cells: int, patients: int) -> list[str]:
    """What is lacking in sentences: first what a calibration cannot do without, then what it would be better with."""
    said = []
    if cells < ENOUGH_CELLS:
        said.append(
            _("%(least)s labelled cells are the least; there are %(cells)s.") % {"least": ENOUGH_CELLS, "cells": cells}
        )
    elif cells < WISE_CELLS:
        said.append(_("%(cells)s labelled cells or more are better.") % {"cells": WISE_CELLS})
    if patients < FEWEST_PATIENTS:
        sentence = _("They must come from %(fewest)s patients or more; %(wise)s are better.")
        said.append(sentence % {"fewest": FEWEST_PATIENTS, "wise": WISE_PATIENTS})
    elif patients < WISE_PATIENTS:
        said.append(_("Cells of %(patients)s patients or more are better.") % {"patients": WISE_PATIENTS})
    if len(counts) == 1:
        said.append(_("They must be of more than one class."))
    none = [_(each.plural).lower() for each in CELL_CLASSES if not counts.get(each.code)]
    if none and cells:
        said.append(
            _(
                "None so far: %(classes)s. For classes without labels, the fit is held to what the model in use says of them."
            )
            % {"classes": ", ".join(none)}
        )
    return said


def _labelling(microscope: Microscope, user: User, chosen: UUID | None) -> dict[str, Any]:
    cells = proposed_cells(microscope, user)
    labels = {cell.pk: label_of(cell) for cell in cells}
    active = next((cell for cell in cells if cell.pk == chosen), None)
    active = active or next((cell for cell in cells if not labels[cell.pk]), cells[0] if cells else None)
    keys = keys_of(user)
    addresses = CropAddresses(active.image.case, [active]) if active else None
    return {
        "cells": [(cell, number, BY_CODE.get(labels[cell.pk])) for number, cell in enumerate(cells, start=1)],
        "named": sum(bool(label) for label in labels.values()),
        "active": active,
        "active_number": cells.index(active) + 1 if active else 0,
        "active_label": labels[active.pk] if active else "",
        "picture": addresses.near(active, 512) if addresses and active else "",
        "scale_known": bool(addresses and addresses.scale_known),
        "has_unlabelled": unlabelled_cells(microscope).exists(),
        "label_classes": LABEL_CLASSES,
        "key_of": {each.code: _first(keys, each.code) for each in LABEL_CLASSES},
        "script": {
            "keys": {command: keys[command] for command in keys if command.startswith("label.") or command in _MOVES}
        },
    }


_MOVES = ("exclude", "next", "previous")


def _first(keys: dict[str, list[str]], code: str) -> str:
    names = keys.get("exclude" if code == "excluded" else f"label.{code}", [])
    return names[0].upper() if names else ""


def _outcome(microscope: Microscope, user: User) -> dict[str, Any]:
    run = latest_run(microscope)
    variant, general = variant_on(microscope.pk), ModelVersion.objects.active()
    made = run.model_version if run is not None and run.state == CalibrationState.DONE else None
    adapted = (made.card.get("adapted") or {}) if made else {}
    return {
        "made": made,
        "adapted": adapted,
        "results": class_results(adapted),
        "variant": variant,
        "is_void": variant is not None and is_void(variant, general),
        "general": general,
        "made_is_used": made is not None and made == variant,
        "made_is_void": made is not None and is_void(made, general),
        "may_use": may_manage_those_of(user, microscope.organisation),
    }
