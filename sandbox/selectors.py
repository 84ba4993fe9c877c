"""Reads of tried pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.models import TriedPicture

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet


def own_pictures(own: dict[str, Any]) -> QuerySet[TriedPicture]:
    """The pictures that meet the conditions of `permissions.own_conditions`, the newest first, while they are kept."""
    return TriedPicture.objects.kept().filter(**own)


def own_picture(own: dict[str, Any], pk: UUID) -> TriedPicture | None:
    """One of them, or None: somebody else's is as good as none."""
    # Two filters: the conditions of a visitor name keys as well.
    return own_pictures(own).filter(pk=pk).select_related("model_version").first()
