"""What workers do for Try, behind everything that is clinical."""

from __future__ import annotations

import uuid

from hematovision.celery import QUEUE_DEFAULT, QUEUE_INFERENCE, clinical_task
from sandbox import services


@clinical_task(queue=QUEUE_INFERENCE)
def answer_picture(tried_id: str) -> None:
    """Analyse one picture that somebody tries."""
    services.answer_picture(tried_id=uuid.UUID(tried_id))


@clinical_task(queue=QUEUE_INFERENCE)
def draw_heat_map(heat_map_id: str) -> None:
    """Draw where the model saw a class in one cell of such a picture."""
    services.draw_heat_map(heat_map_id=uuid.UUID(heat_map_id))


@clinical_task(queue=QUEUE_DEFAULT)
def sweep_tried_pictures() -> None:
    """Remove pictures after their day, and recover what was lost."""
    services.sweep_tried_pictures()
