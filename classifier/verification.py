"""Whether analyses, predictions, the cells a model found and what it called them are what was written, and the models too."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.models import Action, AuditEvent, Outcome
from audit.selectors import last_digest, said_about
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell, SmearImage
from cases.models.cell import HUMAN_DETECTOR
from classifier.inference.bundle import ModelBundle
from classifier.inference.errors import InferenceError
from classifier.models import Analysis, AnalysisState, CameraStanding, ModelState, ModelVersion, Prediction
from classifier.selectors import camera_of, output_for_cells
from classifier.standing import Standing
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

ANALYSIS = Analysis._meta.label_lower
CELL = Cell._meta.label_lower
IMAGE = SmearImage._meta.label_lower
MODEL = ModelVersion._meta.label_lower
_IMAGES = 50
_ANALYSIS = ("pk", "image_id", "model_version_id", "quality", "um_per_px", "scale_source", "state")
_PREDICTION = (
    "pk",
    "cell_id",
    "model_version_id",
    "label",
    "score",
    "probabilities",
    "identified",
    "novelty",
    "created_at",
)
_BOX = ("pk", "ordinal", "detector", "x", "y", "width", "height", "area_px", "superseded")


def analysis_digest(analysis_id: UUID) -> str:
    """The fingerprint of a finished analysis with its verdict on the image and every prediction it made."""
    run = Analysis.objects.filter(pk=analysis_id).values_list(*_ANALYSIS)
    return fingerprint([*run, *Prediction.objects.filter(analysis=analysis_id).order_by().values_list(*_PREDICTION)])


def digests_of_first(run: Analysis, predictions: Iterable[Prediction], cells: Iterable[Cell]) -> tuple[str, str]:
    """`analysis_digest` and `found_digest` from the rows as they were just written, without asking for them again.

    For the first analysis of an image alone: then they are all the predictions of the run and all the cells of the image.
    """
    verdict = [attrgetter(*_ANALYSIS)(run), *map(attrgetter(*_PREDICTION), predictions)]
    return fingerprint(verdict), fingerprint(map(attrgetter(*_BOX), cells))


def found_digest(image_id: UUID) -> str:
    """The fingerprint of where models found cells in an image, and which of these are the current ones."""
    found = Cell.objects.filter(image=image_id).exclude(detector=HUMAN_DETECTOR)
    return fingerprint(found.order_by().values_list(*_BOX))


def check_analyses() -> Iterator[Finding]:
    """Every finished analysis, its predictions and the cells it found are what was stored."""
    for images in chunks_of(SmearImage.objects.prefetch_related("analyses"), by=("pk",), size=_IMAGES):
        said = said_about(IMAGE, [str(image.pk) for image in images])
        for image in images:
            yield from _analyses_of(image, said.get(str(image.pk), []))


def _analyses_of(image: SmearImage, said: list[dict[str, object]]) -> Iterator[Finding]:
    present = {str(run.pk): run for run in image.analyses.all()}
    named = {str(after["analysis"]) for after in said if "predicted" in after}
    for pk in sorted(named - present.keys()):
        yield Finding(ANALYSIS, pk, "It was stored, the audit trail says, and is no longer in the record.")
    for pk, run in present.items():
        if run.state == AnalysisState.DONE:
            known = last_digest((after for after in said if after.get("analysis") == pk), "predicted")
            if known is not None and known != analysis_digest(run.pk):
                yield Finding(ANALYSIS, pk, "Its verdict or one of its predictions is not what was stored.")
    found = last_digest(said, "found")
    if found is not None and found != found_digest(image.pk):
        yield Finding(IMAGE, str(image.pk), "The cells that were found in it are not those that were stored.")


def check_model_labels() -> Iterator[Finding]:
    """A cell that no person has decided on is called what its current model says, or held back on an unknown camera."""
    unread = Cell.objects.unreviewed().select_related("image__case")
    for cells in chunks_of(unread, by=("pk",)):
        current = output_for_cells(cells).predictions
        for cell in cells:
            said = current.get(cell.pk) or _earlier(cell)
            if said is None:
                if cell.label not in {"", UNIDENTIFIED}:
                    yield Finding(CELL, str(cell.pk), "It has a label that no model and no person gave.")
            elif cell.score != said.score:
                yield Finding(CELL, str(cell.pk), "Its score is not the one that the model gave.")
            elif cell.label != said.suggestion and not (cell.label == UNIDENTIFIED and _was_unknown(said, cell)):
                yield Finding(CELL, str(cell.pk), "It is not called what the model called it.")


def _earlier(cell: Cell) -> Prediction | None:
    """The prediction that a cell still shows after another model analysed its image and did not find it."""
    return None if cell.score is None else Prediction.objects.filter(cell=cell, score=cell.score).first()


def _was_unknown(said: Prediction, cell: Cell) -> bool:
    """Whether the model ever did not know the camera of the cell, so that its names were held back."""
    standing = CameraStanding.objects.filter(model_version=said.model_version_id, **camera_of(cell.image)).first()
    if standing is None or standing.state == Standing.UNKNOWN:
        return standing is not None
    pk = str(standing.pk)
    events = said_about(CameraStanding._meta.label_lower, [pk]).get(pk, [])
    return any(after.get("state") == Standing.UNKNOWN for after in events)


def check_models() -> Iterator[Finding]:
    """Every registered model is the one that was registered, with the files of its card, and those in use were promoted."""
    yield from _in_use()
    versions = list(ModelVersion.objects.order_by("registered_at"))
    said = said_about(MODEL, [str(version.pk) for version in versions])
    for version in versions:
        yield from _model(version, said.get(str(version.pk), []))


def _in_use() -> Iterator[Finding]:
    """What answers in each scope is what somebody brought into use there last."""
    promoted: dict[str, tuple[str, str]] = {}
    changes = AuditEvent.objects.filter(object_type=MODEL, action=Action.MODEL_CHANGE, outcome=Outcome.SUCCESS)
    for event in in_chunks(changes.filter(after__has_key="active"), by=("id",)):
        after = event.after or {}
        promoted[str(after.get("microscope", ""))] = (event.object_id, str(after["active"]))
    answers = {
        str(version.scope_id or ""): version
        for version in ModelVersion.objects.filter(state=ModelState.ACTIVE).order_by("pk")
    }
    for scope in sorted(promoted.keys() | answers.keys()):
        version = answers.get(scope)
        pk, named = promoted.get(scope, ("", ""))
        if version is None and named:
            yield Finding(MODEL, pk, "It was brought into use last and is not in use.")
        elif version is not None and not (named and pk == str(version.pk)):
            yield Finding(MODEL, str(version.pk), "It is in use, though nobody brought it into use last.")


def _model(version: ModelVersion, said: list[dict[str, object]]) -> Iterator[Finding]:
    pk = str(version.pk)
    known = last_digest(said, "card_sha256")
    if known is not None and known != version.card_sha256:
        yield Finding(MODEL, pk, "It is recorded with another card than the one that was registered.")
    try:
        bundle = ModelBundle.load(Path(version.directory))
    except InferenceError as error:
        yield Finding(MODEL, pk, error.sentence)
        return
    if bundle.card_sha256 != version.card_sha256:
        yield Finding(MODEL, pk, "The card in its folder is not the one that was registered.")
    elif bundle.card != version.card:
        yield Finding(MODEL, pk, "The card in the record is not the one in its folder.")
