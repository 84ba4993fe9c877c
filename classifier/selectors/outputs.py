"""What the models said: the current analysis of each image, the current prediction of each cell.

Every page, API answer, report and decision asks here, so that they all name the same model.

- The **current analysis** of an image is the one that finished last. Going back to an earlier model runs its analysis
  again, so it is the current one again, although its predictions are older than those of the model in between.
- The **current prediction** of a cell is the one of its image's current analysis. Where that analysis made none, the
  last there is stands in: people keep cells that a later detector did not find again, and until a worker has
  classified these, what the earlier model said is what their reviewer saw. Nothing is not what they saw.

Two queries answer for a whole case, however many cells it has: one for the analyses, one for the predictions. The
second cannot tell the first: an image without cells has an analysis and no prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, Max, Min, OuterRef, Subquery, UUIDField

from cases.models import Case, SmearImage
from cases.quality import POOR, PoorField, quality_verdict
from classifier.models import Analysis, AnalysisState, ConfirmedSmear, ModelVersion, Prediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from accounts.models import User
    from cases.models import Cell


@dataclass(frozen=True, slots=True)
class CurrentAnalysis:
    """What the current analysis of an image found out about the image; `um_per_px` is None where nobody knows it."""

    id: UUID
    model_version: ModelVersion
    um_per_px: float | None
    scale_source: str
    quality: dict[str, Any]
    queued_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What the models said about some images and their cells: current analyses by image id, predictions by cell id.

    An image no model has analysed has no analysis, a cell no model has classified no prediction. The `model_version`
    of each prediction is at hand.
    """

    analyses: Mapping[UUID, CurrentAnalysis]
    predictions: Mapping[UUID, Prediction]

    @property
    def model_versions(self) -> list[ModelVersion]:
        """The models whose analyses or predictions these are, each once, by name and version."""
        found = {analysis.model_version.pk: analysis.model_version for analysis in self.analyses.values()}
        for prediction in self.predictions.values():
            found.setdefault(prediction.model_version_id, prediction.model_version)
        return sorted(found.values(), key=str)


def output_for_case(case: Case) -> ModelOutput:
    """Return what the models said about the images and the current cells of `case`, in two queries."""
    return _output(
        Analysis.objects.of_case(case),
        # By the case: it spares the database a list of thousands of ids.
        Prediction.objects.filter(cell__image__case=case, cell__superseded=False),
    )


def output_for_image(image: SmearImage) -> ModelOutput:
    """Return what the models said about `image` and its current cells, in two queries."""
    return _output(
        Analysis.objects.filter(image=image), Prediction.objects.filter(cell__image=image, cell__superseded=False)
    )


def output_for_cells(cells: Iterable[Cell]) -> ModelOutput:
    """Return what the models said about `cells`, superseded ones included, and about their images, in two queries."""
    cells = list(cells)
    return _output(
        Analysis.objects.filter(image__in={cell.image_id for cell in cells}),
        Prediction.objects.filter(cell__in=[cell.pk for cell in cells]),
    )


def current_analyses(case: Case) -> dict[UUID, CurrentAnalysis]:
    """Return the current analysis of each image of `case` by image id, in one query."""
    return _current(Analysis.objects.of_case(case).select_related("model_version"))


def poor_fields(case: Case) -> list[PoorField]:
    """Return the fields of `case` whose quality their current analysis found poor, in order; two queries."""
    verdicts = {pk: quality_verdict(analysis.quality) for pk, analysis in current_analyses(case).items()}
    poor = {pk: found for pk, found in verdicts.items() if found is not None and found.verdict == POOR}
    images = case.images.counting().filter(pk__in=poor).order_by("ordinal") if poor else []
    return [PoorField(image.pk, image.ordinal, poor[image.pk].advice or poor[image.pk].held_back) for image in images]


def is_confirmed_smear(image: SmearImage) -> bool:
    """Whether a pathologist said that `image` is a smear, whatever it looks like."""
    return ConfirmedSmear.objects.filter(image=image).exists()


def waits_for_part(case: Case) -> bool:
    """Whether an image of `case` waits because a part that its analysis needs is away, and is tried again by itself."""
    return Analysis.objects.of_case(case).filter(state=AnalysisState.QUEUED, away_since__isnull=False).exists()


def scales_of(image_ids: Iterable[UUID]) -> dict[UUID, float]:
    """Return the scale of each image by its current analysis, um/px, in one query; without those nobody knows it of."""
    found = _current(Analysis.objects.filter(image__in=list(image_ids)).select_related("model_version"))
    return {pk: analysis.um_per_px for pk, analysis in found.items() if analysis.um_per_px is not None}


def current_analysis(image_id: UUID) -> Analysis | None:
    """Return the current analysis of one image with its image, case and model, or None before the first."""
    done = Analysis.objects.filter(image=image_id, state=AnalysisState.DONE)
    return done.select_related("image__case", "model_version").order_by("finished_at", "queued_at").last()


def current_prediction(cell: Cell) -> Prediction | None:
    """Return what the current model said about one cell, or None where no model has classified it."""
    return output_for_cells([cell]).predictions.get(cell.pk)


def predictions_shown_to(user: User | AnonymousUser) -> QuerySet[Prediction]:
    """Return the predictions of the cases whose model output `user` may see, for lists of them, newest first.

    EXISTS is asked row by row along the index of the order, where IN would first list every visible case.
    """
    visible = Case.objects.with_model_output_for(user).filter(pk=OuterRef("cell__image__case"))
    return Prediction.objects.filter(Exists(visible))


def predictions_made_by(predictions: QuerySet[Prediction], versions: Iterable[ModelVersion]) -> QuerySet[Prediction]:
    """Return those of `predictions` that models made, narrowed as well to the time in which they made any.

    A database takes the predictions of a model for spread over all times, and looks for those of an old one from now
    backwards through everything its successor said.
    """
    ids = [version.pk for version in versions]
    ends = [Prediction.objects.filter(model_version=pk).aggregate(Max("created_at"), Min("created_at")) for pk in ids]
    newest = [end["created_at__max"] for end in ends if end["created_at__max"]]
    oldest = [end["created_at__min"] for end in ends if end["created_at__min"]]
    if not newest:
        return predictions.none()
    return predictions.filter(model_version__in=ids, created_at__lte=max(newest), created_at__gte=min(oldest))


def predictions_of_clinic(predictions: QuerySet[Prediction], **clinic: Any) -> QuerySet[Prediction]:
    """Return those of `predictions` about cases of a clinic, named by fields of it (`pk`, `slug`).

    By the analyses of its images, each of which has the predictions of a class side by side: by its cells, each of them is
    looked up before its class is known.
    """
    return predictions.filter(**{f"analysis__image__case__clinic__{name}": value for name, value in clinic.items()})


def current_model() -> Subquery:
    """The model of the current analysis of an image, for queries of images."""
    done = Analysis.objects.filter(image=OuterRef("pk"), state=AnalysisState.DONE)
    return Subquery(done.order_by("-finished_at", "-queued_at").values("model_version")[:1], output_field=UUIDField())


def _output(analyses: QuerySet[Analysis], predictions: QuerySet[Prediction]) -> ModelOutput:
    runs = list(analyses.select_related("model_version"))
    current = _current(runs)
    rows = list(predictions.annotate(image=F("cell__image")).order_by("created_at", "pk"))
    # Models are few and their cards long: they come with the analyses, not again with each of thousands of predictions.
    versions = {run.model_version.pk: run.model_version for run in runs if run.model_version is not None}
    if unknown := {row.model_version_id for row in rows} - versions.keys():
        # A run that waited while another model came into use was taken over by that one.
        versions |= ModelVersion.objects.in_bulk(unknown)
    chosen: dict[UUID, Prediction] = {}
    for row in rows:
        analysis = current.get(row.image)
        known = chosen.get(row.cell_id)
        if known is None or analysis is None or known.model_version_id != analysis.model_version.pk:
            row.model_version = versions[row.model_version_id]
            chosen[row.cell_id] = row
    return ModelOutput(current, chosen)


def _current(runs: Iterable[Analysis]) -> dict[UUID, CurrentAnalysis]:
    found: dict[UUID, CurrentAnalysis] = {}
    for run in runs:
        # A finished run has both; the database holds it to that.
        if run.state != AnalysisState.DONE or run.model_version is None or run.finished_at is None:
            continue
        known = found.get(run.image_id)
        if known is None or (known.finished_at, known.queued_at) < (run.finished_at, run.queued_at):
            found[run.image_id] = CurrentAnalysis(
                id=run.pk,
                model_version=run.model_version,
                um_per_px=run.um_per_px if run.knows_scale else None,
                scale_source=run.scale_source,
                quality=run.quality,
                queued_at=run.queued_at,
                finished_at=run.finished_at,
            )
    return found
