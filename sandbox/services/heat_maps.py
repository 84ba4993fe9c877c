"""Heat maps: somebody clicks on a cell of their picture, a worker draws where the model saw its class."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from cases.services.decoding import decode_stored
from cases.stored_files import open_stored
from classifier.inference.errors import InferenceError
from classifier.models import ExplanationState
from classifier.services.pictures import explain_in_picture
from hematovision.celery import hint_on_commit
from hematovision.errors import Conflict, DomainError
from sandbox.models import HeatMap
from sandbox.services.waiting import DRAW, RANK
from sandbox.words import DEFECT, FILE_GONE, NO_MODEL

if TYPE_CHECKING:
    from uuid import UUID

    from sandbox.models import TriedPicture

ASK_AGAIN_AFTER = timedelta(seconds=20)
"""One that waits is asked for again after this long: its message may be gone."""


def request_heat_map(*, tried: TriedPicture, number: int) -> HeatMap:
    """Ask where the model saw the class it thinks most probable in a cell; asking again gives the same one.

    `tried` is the caller's own, and has this cell. Raises `Conflict` before the answer may be seen.
    """
    if not tried.cells or tried.hides_answer:
        raise Conflict(_("There is no answer to explain yet."), code="state")
    with transaction.atomic():
        drawn, created = HeatMap.objects.get_or_create(tried=tried, number=number)
        stale = drawn.requested_at < timezone.now() - ASK_AGAIN_AFTER
        if created or drawn.state == ExplanationState.FAILED or (drawn.state == ExplanationState.WAITING and stale):
            drawn.state, drawn.problem, drawn.requested_at = ExplanationState.WAITING, "", timezone.now()
            drawn.save(update_fields=["state", "problem", "requested_at"])
            hint_on_commit(DRAW, drawn.pk, rank=RANK)
    return drawn


def draw_heat_map(*, heat_map_id: UUID) -> HeatMap | None:
    """Draw one that waits, in this worker; None when there is none. The last step takes the row only while it waits."""
    waiting = HeatMap.objects.filter(state=ExplanationState.WAITING).select_related("tried__model_version")
    drawn = waiting.filter(pk=heat_map_id).first()
    if drawn is None:
        return None
    try:
        png = _draw(drawn)
    except (DomainError, InferenceError) as error:
        _finish(drawn, problem=error.sentence)
    except Exception:
        _finish(drawn, problem=DEFECT)
        raise
    else:
        _finish(drawn, png=png)
    return drawn


def _draw(drawn: HeatMap) -> bytes:
    tried = drawn.tried
    if tried.model_version is None or tried.result is None:
        raise Conflict(NO_MODEL)
    cell = tried.cells[drawn.number - 1]
    with open_stored(str(tried.picture.name), FILE_GONE) as file:
        rgb = decode_stored(file)
    overlay = explain_in_picture(
        tried.model_version,
        rgb,
        box=tuple(cell["box"]),
        um_per_px=tried.result["um_per_px"],
        label=cell["best_label"],
    )
    picture = io.BytesIO()
    Image.fromarray(overlay).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def _finish(drawn: HeatMap, *, png: bytes = b"", problem: str = "") -> None:
    with transaction.atomic():
        row = HeatMap.objects.select_for_update().filter(pk=drawn.pk, state=ExplanationState.WAITING).first()
        if row is None:
            return
        row.problem, row.state = problem, ExplanationState.DONE if png else ExplanationState.FAILED
        if png:
            row.picture.save("heat.png", ContentFile(png), save=False)
        row.save(update_fields=["problem", "state", "picture"])
    drawn.refresh_from_db()
