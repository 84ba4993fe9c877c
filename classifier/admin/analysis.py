"""Analyses in the administration, and starting failed ones again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from accounts.requests import signed_in
from cases.models import Case
from classifier.admin.read_only import ReadOnlyAdmin, ReasonForm, is_administrator
from classifier.models import Analysis
from classifier.services import requeue_analyses
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Analysis)
class AnalysisAdmin(ReadOnlyAdmin[Analysis]):
    action_form = ReasonForm
    actions = ("requeue",)
    list_display = (
        "queued_at",
        "accession_number",
        "state",
        "trigger",
        "attempt",
        "model_version",
        "worker",
        "waited_for",
        "ran_for",
        "not_before",
        "problem",
    )
    list_filter = ("state", "problem_kind", "trigger", "model_version", "queued_at")
    list_select_related = ("image__case", "model_version")
    raw_id_fields = ("image",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Analysis]:
        """Those of the laboratory the person administers. The platform's superuser sees no clinical records."""
        return Analysis.objects.filter(image__case__in=Case.objects.visible_to(request.user))

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return is_administrator(request)

    @admin.action(description="Start the selected failed analyses again", permissions=["requeue"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Analysis]) -> None:
        """Put failed runs back in the queue, with the reason of the action bar."""
        try:
            count = requeue_analyses(actor=signed_in(request), analyses=queryset, reason=request.POST.get("reason", ""))
        except DomainError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{count} analyses were started again.", messages.SUCCESS)

    @admin.display(description="accession number", ordering="image__case__accession_number")
    def accession_number(self, row: Analysis) -> str:
        """The case, as the laboratory calls it."""
        return row.image.case.accession_number

    @admin.display(description="waited")
    def waited_for(self, row: Analysis) -> timedelta | None:
        """Time in the queue, to the millisecond."""
        return _to_milliseconds(row.waited)

    @admin.display(description="ran")
    def ran_for(self, row: Analysis) -> timedelta | None:
        """Time in the worker, to the millisecond."""
        return _to_milliseconds(row.ran)

    def patient_of(self, obj: Any) -> Any:
        return obj.image.case.patient_id


def _to_milliseconds(span: timedelta | None) -> timedelta | None:
    return None if span is None else timedelta(milliseconds=round(span.total_seconds() * 1000))
