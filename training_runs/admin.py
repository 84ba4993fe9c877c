"""Training in the administration: ask for a run, follow it, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.forms.widgets import Script
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from accounts.requests import signed_in
from classifier.admin.model_version import PICTURES
from classifier.admin.read_only import ReadOnlyAdmin, ReasonForm, is_administrator
from hematovision.errors import DomainError
from training_runs.forms import ASKED, TrainingForm
from training_runs.models import TrainingRun, TrainingState
from training_runs.presenters import evaluation_plots, progress_of
from training_runs.services import cancel_training, start_training

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin[TrainingRun]):
    form = TrainingForm
    action_form = ReasonForm
    actions = ("cancel",)
    list_display = ("__str__", "state", "backbone", "step", "epochs_done", "host", "queued_at", "requested_by")
    list_filter = ("state", "backbone")
    list_select_related = ("requested_by",)
    fields = ("live", ("name", "version"), "sources", *ASKED[2:], "requested_by", "model_version", "plots")
    readonly_fields = ("live", "plots")

    class Media:
        js = (Script("training_runs/progress.js", type="module"),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return is_administrator(request)

    def get_fields(self, request: HttpRequest, obj: TrainingRun | None = None) -> Any:
        """The questions when asking; everything when looking."""
        return ("sources", *ASKED) if obj is None else self.fields

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for a training through the service, whose refusal stands above the form."""
        if not self.has_add_permission(request):
            raise Http404
        form = TrainingForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                run = start_training(actor=signed_in(request), **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, error.sentence)
            else:
                self.message_user(request, f"{run} is asked for.", messages.SUCCESS)
                return redirect(reverse("admin:training_trainingrun_change", args=[run.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Train a model",
            "opts": self.opts,
            "form": form,
            **(extra_context or {}),
        }
        return render(request, "admin/training/trainingrun/ask.html", context)

    @admin.action(description="Cancel the selected trainings", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[TrainingRun]) -> None:
        """Take trainings back, with the reason of the action bar."""
        for run in queryset:
            try:
                cancel_training(actor=signed_in(request), run=run, reason=request.POST.get("reason", ""))
            except DomainError as error:
                self.message_user(request, f"{run}: {error.sentence}", messages.ERROR)
            else:
                self.message_user(request, f"{run} is being cancelled.", messages.SUCCESS)

    @admin.display(description="epochs")
    def epochs_done(self, row: TrainingRun) -> str:
        """Epochs finished of those asked for."""
        return f"{row.epoch} of {row.total_epochs}" if row.epoch else ""

    @admin.display(description="progress")
    def live(self, row: TrainingRun) -> SafeString:
        """The part of the page that keeps itself up to date."""
        return format_html(
            '<div data-training-live="{}">{}</div>',
            reverse("admin:training_trainingrun_live", args=[row.pk]),
            progress_of(row),
        )

    @admin.display(description="plots")
    def plots(self, row: TrainingRun) -> str:
        """The plots of its evaluation, once there is one."""
        files = evaluation_plots(row)
        if not files:
            return "None before the evaluation."
        return format_html_join(
            "",
            '<figure><img src="{}" alt="{}" width="480" loading="lazy"><figcaption>{}</figcaption></figure>',
            (
                (reverse("admin:training_trainingrun_picture", args=[row.pk, file.name]), file.stem, file.stem)
                for file in files
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        """The usual pages, the live part of a run and its plots."""
        return [
            path(
                "<uuid:pk>/live",
                self.admin_site.admin_view(self.live_part),
                name="training_trainingrun_live",
            ),
            path(
                "<uuid:pk>/picture/<str:name>",
                self.admin_site.admin_view(self.plot),
                name="training_trainingrun_picture",
            ),
            *super().get_urls(),
        ]

    def live_part(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The progress of a run as a piece of a page; the header X-Ended says when there is nothing more to come."""
        row = self._row(request, pk)
        answer = HttpResponse(progress_of(row))
        if row.state not in {TrainingState.QUEUED, TrainingState.RUNNING}:
            answer["X-Ended"] = "1"
        answer["Cache-Control"] = "no-store"
        return answer

    def plot(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        """One plot of a run's evaluation; nothing else of the folder can be reached."""
        row = self._row(request, pk)
        for file in evaluation_plots(row):
            if file.name == name:
                return HttpResponse(file.read_bytes(), content_type=PICTURES[file.suffix.lower()])
        raise Http404

    def _row(self, request: HttpRequest, pk: UUID) -> TrainingRun:
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return row
