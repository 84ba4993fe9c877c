"""Which files a purge removes of an image, and which rows still have theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import FileField, Q

from cases.models import SmearImage
from cases.storage import clinical_storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

_SHOWN = ("display", "thumbnail")


def clinical_file_fields() -> list[tuple[type[Model], FileField]]:
    """Every column of every app that names a file of the clinical storage."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField) and getattr(field, "_storage_callable", None) is clinical_storage
    ]


def still_kept(model: type[Model], column: str) -> Q:
    """The condition of the rows of `model` whose file in `column` was not purged."""
    if model is SmearImage:
        return Q(**{f"{'original' if column == 'original' else 'shown'}_purged_at__isnull": True})
    path = _path_to_image(model)
    return Q(**{f"{path}__shown_purged_at__isnull": True}) if path else Q()


def names_of(image: SmearImage, *, original: bool, shown: bool) -> list[str]:
    """The names of the files of `image` that are removed with its `original`, or with what is `shown` of it."""
    names = [str(image.original.name)] if original else []
    if shown:
        names += [str(file.name) for file in (getattr(image, column) for column in _SHOWN) if file]
        names += _made_of(image)
    return names


def _made_of(image: SmearImage) -> Iterator[str]:
    """The files that other apps made of its pixels."""
    for model, field in clinical_file_fields():
        if path := _path_to_image(model):
            rows = model._default_manager.filter(**{path: image}).exclude(**{field.name: ""})
            yield from rows.order_by("pk").values_list(field.name, flat=True)


def _path_to_image(model: type[Model]) -> str:
    """How a row of another app leads to the image that its file was made of; empty where it was not made of one."""
    return str(getattr(model, "made_of_image", ""))
