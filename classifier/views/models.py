"""Which models there are, which one answers, what was measured of each, and which workers run them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from audit.models import Action
from audit.services import record
from classifier.models import ModelState, ModelVersion, WorkerHeartbeat
from classifier.models.heartbeat import SILENCE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_WORKERS_SHOWN = 20
_ORDER = {ModelState.ACTIVE: 0, ModelState.SHADOW: 1, ModelState.REGISTERED: 2, ModelState.RETIRED: 3}


@dataclass(frozen=True)
class Figures:
    """What was measured of a model on one set; shares are fractions of one, None where not measured."""

    name: str
    n: int | None
    accuracy: float | None
    low: float | None
    high: float | None
    macro_f1: float | None
    ece: float | None
    unidentified: float | None
    accuracy_of_identified: float | None


@overseers_only
@require_GET
def model_list(request: HttpRequest) -> HttpResponse:
    """Show every registered model with the figures of its card, the active one first."""
    versions = sorted(
        ModelVersion.objects.select_related("promoted_by", "registered_by", "scope"),
        key=lambda version: _ORDER.get(ModelState(version.state), len(_ORDER)),
    )
    record(
        actor=request.user, action=Action.VIEW, object_type="classifier.modelversion", after={"listed": len(versions)}
    )
    silent_before = timezone.now() - SILENCE
    workers = WorkerHeartbeat.objects.select_related("model_version")[:_WORKERS_SHOWN]
    context = {
        "models": [{"version": version, "figures": figures_of(version.card)} for version in versions],
        "workers": [
            {"beat": worker, "is_alive": worker.seen_at >= silent_before and worker.stopped_at is None}
            for worker in workers
        ],
    }
    return render(request, "classifier/models.html", context)


def figures_of(card: dict[str, Any]) -> list[Figures]:
    """Return the figures of a model card, one line a data set; a card without figures has none."""
    metrics = card.get("metrics")
    if not isinstance(metrics, dict):
        return []
    return [_figures(str(name), result) for name, result in metrics.items() if isinstance(result, dict)]


def _figures(name: str, result: dict[str, Any]) -> Figures:
    """Return one evaluation; the interval over originals is preferred, as copies of one image are not evidence."""
    groups = _table(result.get("groups"))
    calibration = _table(result.get("calibration"))
    left = _table(result.get("unidentified"))
    interval = groups.get("image_accuracy_ci95") or result.get("accuracy_ci95") or (None, None)
    return Figures(
        name=name.replace("_", " "),
        n=result.get("n"),
        accuracy=_number(result.get("accuracy")),
        low=_number(interval[0]),
        high=_number(interval[1]),
        macro_f1=_number(result.get("macro_f1")),
        ece=_number(calibration.get("ece_after", result.get("ece"))),
        unidentified=_number(left.get("share")),
        accuracy_of_identified=_number(left.get("accuracy_of_identified")),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
