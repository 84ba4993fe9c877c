"""Choosing which cells of a microscope to label next, in a worker: features are not stored and are computed here."""

from __future__ import annotations

import uuid
from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING

import structlog
from django.utils import timezone
from django.utils.translation import gettext_noop

from calibration.models import Proposal, ProposalState
from calibration.selectors import unlabelled_cells
from calibration.services.crops import cut, open_model
from classifier.inference.errors import InferenceError
from classifier.models import ModelVersion
from classifier.selectors import scales_of
from hematovision.errors import DomainError, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cases.models import Cell

log = structlog.get_logger(__name__)

#: Cells that are compared, and images that are opened for it: half a minute on two cores.
MOST_CELLS, MOST_IMAGES = 240, 40
#: Among so many of the newest cells these are looked for.
NEWEST = 5000


def make_proposal(*, proposal_id: uuid.UUID) -> Proposal | None:
    """Answer a waiting proposal; None when there is none. Running twice answers once."""
    proposal = Proposal.objects.select_related("microscope").filter(pk=proposal_id, state=ProposalState.WAITING).first()
    if proposal is None:
        return None
    try:
        chosen = _choose(proposal)
    except (DomainError, InferenceError) as error:
        _finish(proposal, state=ProposalState.FAILED, problem=error.sentence)
    except Exception:
        _finish(
            proposal,
            state=ProposalState.FAILED,
            problem=gettext_noop("The choice stopped on a defect of the software."),
        )
        raise
    else:
        _finish(proposal, state=ProposalState.DONE, cells=[str(cell.pk) for cell in chosen])
    proposal.refresh_from_db()
    return proposal


def _choose(proposal: Proposal) -> list[Cell]:
    from classifier.inference.calibrate import softmax
    from training.adaptation.propose import propose_cells

    version = ModelVersion.objects.active()
    if version is None:
        raise Unprocessable(gettext_noop("No model is in use, so it is not known which cells it is unsure of."))
    free = list(unlabelled_cells(proposal.microscope).order_by("-created_at", "pk")[:NEWEST])
    scales = scales_of({cell.image_id for cell in free})
    cells = _spread([cell for cell in free if cell.image_id in scales])
    if not cells:
        return []
    pipeline = open_model(version)
    crops = cut(pipeline, cells, scales, on_image=lambda _done, _total: None)
    seen = pipeline.engine.run(crops)
    rows = propose_cells(
        seen.features,
        softmax(seen.logits, pipeline.bundle.temperature),
        groups=tuple(str(cell.image.case.patient_id) for cell in cells),
    )
    return [cells[row] for row in rows]


def _spread(cells: Sequence[Cell]) -> list[Cell]:
    """The newest cells, patients in turn, of so many images and so many cells as can be compared."""
    by_patient: dict[uuid.UUID, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_patient[cell.image.case.patient_id].append(cell)
    chosen: list[Cell] = []
    images: set[uuid.UUID] = set()
    for cell in (cell for turn in zip_longest(*by_patient.values()) for cell in turn if cell is not None):
        if cell.image_id in images or len(images) < MOST_IMAGES:
            images.add(cell.image_id)
            chosen.append(cell)
        if len(chosen) == MOST_CELLS:
            break
    return chosen


def _finish(proposal: Proposal, **changes: object) -> None:
    waiting = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING)
    if waiting.update(finished_at=timezone.now(), **changes):
        log.info("cells_proposed", proposal_id=str(proposal.pk), state=str(changes["state"]))
