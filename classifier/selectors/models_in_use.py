"""Which model answers: the variant of a microscope as long as it holds, else the model of the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from classifier.models import ModelState, ModelVersion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from cases.models import SmearImage


def model_for(image: SmearImage) -> ModelVersion | None:
    """Return the model that answers for `image` now: what is analysed from now on is analysed by it."""
    return model_on(image.microscope_id)


def model_on(microscope_id: UUID | None) -> ModelVersion | None:
    """Return the model that answers for images of a microscope, or of none that is named (None); see `models_on`."""
    return _answering([microscope_id], ModelVersion.objects.all())[microscope_id]


def models_on(microscope_ids: Iterable[UUID | None]) -> dict[UUID | None, ModelVersion | None]:
    """Return the model that answers on each microscope, in one query; None where none has been promoted.

    Their cards are long and stay in the database until somebody asks. It is the active variant of the microscope, as long as its parent is the installation's model; else that model. A
    variant whose parent is another one is void: the network it was fitted to is not the one in use.
    """
    return _answering(microscope_ids, ModelVersion.objects.defer("card"))


def _answering(
    microscope_ids: Iterable[UUID | None], versions: QuerySet[ModelVersion]
) -> dict[UUID | None, ModelVersion | None]:
    asked = set(microscope_ids)
    active = versions.filter(Q(scope=None) | Q(scope__in=[pk for pk in asked if pk]), state=ModelState.ACTIVE)
    by_scope = {version.scope_id: version for version in active}
    general = by_scope.get(None)

    def answers(pk: UUID | None) -> ModelVersion | None:
        variant = by_scope.get(pk) if pk else None
        return variant if variant is not None and not is_void(variant, general) else general

    return {pk: answers(pk) for pk in asked}


def variant_on(microscope_id: UUID) -> ModelVersion | None:
    """Return the variant that was promoted for a microscope, void or not; None where none is."""
    return ModelVersion.objects.filter(scope=microscope_id, state=ModelState.ACTIVE).first()


def is_void(variant: ModelVersion, general: ModelVersion | None) -> bool:
    """Whether a variant cannot answer: it was calibrated from another model than `general`, the installation's."""
    return general is None or variant.parent_sha256 != general.card_sha256
