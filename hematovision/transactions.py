"""Transactions of a change that may be refused."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction

from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def atomic_but_for_refusals() -> Iterator[None]:
    """A transaction that any error undoes, but `PermissionRefused`: the audit event of a refusal has to stay.

    Services refuse before they write, so that there is nothing else to undo.
    """
    refused: PermissionRefused | None = None
    with transaction.atomic():
        try:
            yield
        except PermissionRefused as error:
            refused = error
    if refused is not None:
        raise refused
