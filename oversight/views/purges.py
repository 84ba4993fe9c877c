"""The page of purges: what would be removed now, what is held and why, what each run removed, and its report as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.models import PurgeRun
from hematovision.chunks import in_chunks
from hematovision.csv_export import csv_stream
from hematovision.errors import Unprocessable
from oversight.purge_rules import VARIABLE
from oversight.selectors.purges import plan, purges_of, run_reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

    from accounts.models import User
    from cases.models import ImagePurge

LAST_RUNS = 20
_OBJECT_TYPE = PurgeRun._meta.label_lower
_HEAD = ("purged at", "rule", "case", "image", "field", "sha256", "original", "shown", "files", "bytes", "run")


@never_cache
@overseers_only
@require_GET
def purges(request: HttpRequest) -> HttpResponse:
    """Show what a purge would remove now, and the runs there were, of the laboratory of the person."""
    user = signed_in(request)
    record(actor=user, action=Action.VIEW, object_type=_OBJECT_TYPE)
    context: dict[str, Any] = {
        "runs": run_reports(laboratory=_laboratory(user), most=LAST_RUNS),
        "variable": VARIABLE,
    }
    try:
        context["plan"] = plan(laboratory=_laboratory(user))
    except Unprocessable as error:
        context["problem"] = error.sentence
    return render(request, "oversight/purges.html", context)


@never_cache
@overseers_only
@require_GET
def purge_report(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """Hand out what a run removed, a line for each image. It names no patient."""
    user = signed_in(request)
    run = get_object_or_404(PurgeRun, pk=pk)
    record(actor=user, action=Action.EXPORT, target=run)
    rows = _rows(purges_of(run, laboratory=_laboratory(user)))
    return csv_stream(rows, name=f"purge-{run.began_at:%Y-%m-%d}-{run.pk}.csv")


def _rows(found: QuerySet[ImagePurge]) -> Iterator[list[object]]:
    yield list(_HEAD)
    for purge in in_chunks(found, by=["purged_at", "pk"]):
        image = purge.image
        yield [
            purge.purged_at.isoformat(timespec="seconds"),
            purge.rule,
            image.case.accession_number,
            image.pk,
            image.ordinal,
            image.sha256,
            "yes" if purge.original else "no",
            "yes" if purge.shown else "no",
            purge.files,
            purge.byte_size,
            purge.run_id,
        ]


def _laboratory(user: User) -> UUID | None:
    """Whose purges `user` sees: their laboratory's, or those of the installation."""
    return user.laboratory.pk if user.laboratory is not None else None
