"""What images are taken with, and what models are to it: known, unknown, or not judged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Q

from cases.models import SmearImage
from classifier.models import Analysis, AnalysisState, CameraStanding, ModelVersion, Prediction
from classifier.selectors.outputs import current_model
from classifier.standing import Standing

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.models import Case


class Camera(TypedDict):
    """What images are taken with, as the columns of a standing: a microscope, else what a clinic leaves unnamed."""

    microscope_id: UUID | None
    clinic_id: UUID | None


def camera_standing(*, version: ModelVersion, image: SmearImage) -> CameraStanding | None:
    """Return what a model is to the camera of `image`, in one query; None before its first analysis."""
    return CameraStanding.objects.filter(model_version=version, **camera_of(image)).first()


def unknown_cameras(case: Case) -> list[CameraStanding]:
    """Return the cameras of `case` that the models of its current analyses do not know, in one query."""
    images = SmearImage.objects.counting().filter(case=case).annotate(current_model=current_model())
    taken = images.filter(current_model=OuterRef("model_version")).filter(
        Q(microscope=OuterRef("microscope")) | Q(microscope=None, case__clinic=OuterRef("clinic"))
    )
    unknown = CameraStanding.objects.filter(Exists(taken), state=Standing.UNKNOWN)
    return list(unknown.select_related("microscope", "clinic", "model_version").order_by("pk"))


def unknown_cameras_of_fields(case: Case) -> dict[int, CameraStanding]:
    """Return the camera of each field of `case` that the model of its current analysis does not know, by the field's number.

    One query where all are known, else two.
    """
    standings = unknown_cameras(case)
    if not standings:
        return {}
    by_camera = {(one.model_version_id, one.microscope_id): one for one in standings}
    images = SmearImage.objects.counting().filter(case=case).annotate(current_model=current_model())
    taken = images.values_list("ordinal", "current_model", "microscope")
    return {field: by_camera[model, camera] for field, model, camera in taken if (model, camera) in by_camera}


def images_of_unknown_cameras() -> QuerySet[SmearImage]:
    """Return the images whose camera the model of their current analysis does not know; lists ask with one query."""
    unknown = CameraStanding.objects.filter(state=Standing.UNKNOWN, model_version=OuterRef("current_model"))
    named = Exists(unknown.filter(microscope=OuterRef("microscope")))
    unnamed = Q(microscope=None) & Exists(unknown.filter(clinic=OuterRef("case__clinic")))
    return SmearImage.objects.counting().annotate(current_model=current_model()).filter(named | unnamed)


def camera_of(image: SmearImage) -> Camera:
    """Return the camera of an image: its microscope, else what its clinic leaves unnamed."""
    if image.microscope_id is not None:
        return microscope_camera(image.microscope_id)
    return unnamed_camera(image.case.clinic_id)


def microscope_camera(microscope_id: UUID) -> Camera:
    """Return a microscope as a camera."""
    return {"microscope_id": microscope_id, "clinic_id": None}


def unnamed_camera(clinic_id: UUID) -> Camera:
    """Return what a clinic sends without naming a microscope as a camera."""
    return {"microscope_id": None, "clinic_id": clinic_id}


def models_of_camera(camera: Camera) -> QuerySet[ModelVersion]:
    """Return the models that have analysed an image of a camera, or stand to it since they had."""
    done = Analysis.objects.filter(images_taken_with(camera, "image__"), state=AnalysisState.DONE)
    stands = CameraStanding.objects.filter(**camera)
    return ModelVersion.objects.filter(
        Q(pk__in=done.values("model_version")) | Q(pk__in=stands.values("model_version"))
    ).order_by("pk")


def predictions_of_camera(*, version: ModelVersion, camera: Camera) -> QuerySet[Prediction]:
    """Return what a model said about the cells of a camera, of all its images, without excluded cells."""
    return Prediction.objects.filter(
        images_taken_with(camera, "cell__image__"),
        model_version=version,
        cell__superseded=False,
        cell__excluded=False,
    )


def images_taken_with(camera: Camera, path: str = "") -> Q:
    """Return the condition that an image, reached by `path`, was taken with a camera."""
    if camera["microscope_id"] is not None:
        return Q(**{f"{path}microscope": camera["microscope_id"]})
    return Q(**{f"{path}microscope": None, f"{path}case__clinic": camera["clinic_id"]})
