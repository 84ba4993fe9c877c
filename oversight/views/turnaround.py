"""How long results took, which were late, and what these waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.csv_export import csv_file
from oversight.models import CaseTurnaround
from oversight.plots import turnaround_chart
from oversight.selectors.turnaround_board import board_since
from oversight.views.periods import PERIODS, days_asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from oversight.selectors.turnaround_board import Board

_KIND = CaseTurnaround._meta.label_lower
_COLUMNS = ["by", "of", "signed", "median minutes", "nine of ten minutes", "late"]


@never_cache
@overseers_only
@require_GET
def turnaround(request: HttpRequest) -> HttpResponse:
    """Show the times of the laboratory of the person, or of the installation, over a period."""
    user, days = signed_in(request), days_asked(request)
    board = _board(user, days)
    record(actor=user, action=Action.VIEW, object_type=_KIND, after={"listed": board.whole.number, "days": days})
    context = {"board": board, "days": days, "periods": PERIODS, "chart": turnaround_chart(board.weeks)}
    return render(request, "oversight/turnaround.html", context)


@overseers_only
@require_GET
def export_turnaround(request: HttpRequest) -> HttpResponse:
    """Hand out the same figures as CSV."""
    user, days = signed_in(request), days_asked(request)
    board = _board(user, days)
    record(actor=user, action=Action.EXPORT, object_type=_KIND, after={"what": "turnaround csv", "days": days})
    return csv_file(_csv_rows(board), name="turnaround.csv")


def _board(user: User, days: int) -> Board:
    laboratory = user.laboratory.pk if user.laboratory is not None else None
    return board_since(timezone.now() - timedelta(days=days), laboratory=laboratory)


def _csv_rows(board: Board) -> Iterator[list[Any]]:
    yield _COLUMNS
    for kind, lines in (
        ("everything", [board.whole] if board.whole.number else []),
        ("week", board.weeks),
        ("priority", board.priorities),
        ("clinic", board.clinics),
    ):
        for line in lines:
            yield [kind, line.code, line.number, _minutes(line.median), _minutes(line.ninth_decile), line.late]
    for stop in board.stops:
        yield ["longest stop of late cases", stop.stop.value, stop.number, _minutes(stop.median), "", stop.number]


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:.1f}"
