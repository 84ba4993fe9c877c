"""Validation of a record before it is saved, as one refusal with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from django.db import models


SHORTEST_REASON = 10


def given_reason(text: str) -> str:
    """Return a reason without needless spaces; raises `Unprocessable` where it is too short to be one."""
    # PostgreSQL keeps no NUL.
    text = " ".join(text.replace("\x00", " ").split())
    if len(text) < SHORTEST_REASON:
        raise Unprocessable(_("Say in a sentence why."), code="reason_missing")
    return text


def clean_record(instance: models.Model) -> None:
    """Run `full_clean`; raises `Unprocessable` whose sentence names the fields, with all errors in `details`."""
    try:
        instance.full_clean()
    except ValidationError as error:
        errors: dict[str, list[str]] = dict(error.message_dict)
        raise Unprocessable(
            " ".join(_sentence(instance, name, sentences) for name, sentences in errors.items()),
            code="invalid",
            details={"errors": errors},
        ) from error


def _sentence(instance: models.Model, name: str, sentences: list[str]) -> str:
    text = " ".join(sentences)
    if name == NON_FIELD_ERRORS:
        return text
    # `cases.words` has those that Django makes of the names of fields.
    label = _(str(instance._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    return f"{label[:1].upper()}{label[1:]}: {text}"
