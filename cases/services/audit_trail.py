"""The audit trail of the clinical record: who viewed, searched for or downloaded what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from audit.models import Action
from audit.services import record
from cases.models import Cell, Patient, SmearImage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

    from accounts.models import User
    from audit.models import AuditEvent

_SAME_VIEW_SECONDS = 15 * 60


def scope_of(target: models.Model | None) -> dict[str, Any]:
    """Return the `patient_id` and `laboratory_id` an audit event about `target` carries."""
    if isinstance(target, Cell):
        target = target.image
    if isinstance(target, SmearImage):
        target = target.case
    if isinstance(target, Patient):
        laboratory = target.organisation.laboratory
        return {"patient_id": target.pk, "laboratory_id": laboratory.pk if laboratory else None}
    return {
        "patient_id": getattr(target, "patient_id", None),
        "laboratory_id": getattr(target, "laboratory_id", None),
    }


def record_view(*, actor: User, target: models.Model, after: dict[str, Any] | None = None) -> AuditEvent:
    """Write that `actor` was shown one patient, case, image or cell."""
    return record(actor=actor, action=Action.VIEW, target=target, after=after, **scope_of(target))


def record_list(*, actor: User, object_type: str, count: int) -> AuditEvent:
    """Write that `actor` was shown a list of `count` records of one type."""
    return record(actor=actor, action=Action.VIEW, object_type=object_type, after={"listed": count})


def record_search(*, actor: User, object_type: str, terms: Iterable[str], found: int | None = None) -> AuditEvent:
    """Write that `actor` searched. `terms` names the kinds of terms (`mrn`, `family_name`), never their text."""
    after: dict[str, Any] = {"terms": sorted(terms)}
    if found is not None:
        after["found"] = found
    return record(actor=actor, action=Action.SEARCH, object_type=object_type, after=after)


def record_download(*, actor: User, target: models.Model, what: str) -> AuditEvent:
    """Write that `actor` downloaded a file; `what` says which (`original`)."""
    return record(actor=actor, action=Action.DOWNLOAD, target=target, after={"what": what}, **scope_of(target))


def record_export(*, actor: User, target: models.Model, what: str) -> AuditEvent:
    """Write that `actor` exported data of `target`; `what` says in which form (`csv`)."""
    return record(actor=actor, action=Action.EXPORT, target=target, after={"what": what}, **scope_of(target))


def record_print(*, actor: User, target: models.Model) -> AuditEvent:
    """Write that `actor` opened the printable form of `target`."""
    return record(actor=actor, action=Action.PRINT, target=target, **scope_of(target))


def note_cells_listed(*, actor: User, images: Iterable[SmearImage]) -> None:
    """Let the cells of `images` that a page shows write no events of their own: the page's event names them."""
    for image in images:
        cache.set(f"cases.look.{actor.pk}.{image.pk}.cells", 1, timeout=_SAME_VIEW_SECONDS)


def record_image_view(*, actor: User, image: SmearImage, part: str) -> None:
    """Write that `actor` saw the `part` (`display`, `thumbnail`, `cells`) of an image.

    Once per person, image and part in a quarter of an hour: a page with 200 cells asks for 200 images, and 200
    equal events would hide what matters.
    """
    if cache.add(f"cases.look.{actor.pk}.{image.pk}.{part}", 1, timeout=_SAME_VIEW_SECONDS):
        record_view(actor=actor, target=image, after={"part": part})
