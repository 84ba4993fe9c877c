"""The model registry in the administration: card, figures, plots, promotion and rollback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from accounts.requests import signed_in
from classifier.admin.read_only import ReadOnlyAdmin, ReasonForm, is_administrator
from classifier.models import ModelVersion
from classifier.services import (
    failed_for_the_model,
    promote_model,
    requeue_analyses,
    rollback_model,
)
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin[ModelVersion]):
    action_form = ReasonForm
    actions = ("promote", "roll_back", "requeue_failed")
    list_display = ("__str__", "state", "scope", "headline", "promoted_at", "reason")
    list_filter = ("state", "name")
    fields = (
        ("name", "version", "state", "scope", "backbone"),
        ("registered_at", "registered_by"),
        ("promoted_at", "promoted_by"),
        "reason",
        "directory",
        "card_sha256",
        "figures",
        "pictures",
        "card_as_text",
    )
    readonly_fields = ("backbone", "figures", "pictures", "card_as_text")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether the actions are offered."""
        return is_administrator(request)

    @admin.action(description="Promote the selected model", permissions=["decide"])
    def promote(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        """Bring one model into use, a variant on its microscope, with the reason of the action bar."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Select one model to promote.", messages.ERROR)
            return
        try:
            version = promote_model(actor=signed_in(request), version=chosen[0], reason=request.POST.get("reason", ""))
        except DomainError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(
                request, f"{version} is active{f' on {version.scope}' if version.scope else ''}.", messages.SUCCESS
            )

    @admin.action(description="Roll back the installation to the model used before", permissions=["decide"])
    def roll_back(self, request: HttpRequest, _queryset: QuerySet[ModelVersion]) -> None:
        """Go back one model; which rows are selected does not matter."""
        try:
            version = rollback_model(actor=signed_in(request), reason=request.POST.get("reason", ""))
        except DomainError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{version} is active again.", messages.SUCCESS)

    @admin.action(description="Start images again that failed for want of a model", permissions=["decide"])
    def requeue_failed(self, request: HttpRequest, _queryset: QuerySet[ModelVersion]) -> None:
        """Requeue everything that failed because the model was missing or altered."""
        try:
            count = requeue_analyses(
                actor=signed_in(request), analyses=failed_for_the_model(), reason=request.POST.get("reason", "")
            )
        except DomainError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, f"{count} images were started again.", messages.SUCCESS)

    @admin.display(description="backbone")
    def backbone(self, row: ModelVersion) -> str:
        """The network's architecture, from the card."""
        return str(row.card.get("backbone", ""))

    @admin.display(description="accuracy")
    def headline(self, row: ModelVersion) -> SafeString:
        """Accuracy with its n, one data set a line."""
        return format_html_join(
            "",
            "<div>{} {} (n = {})</div>",
            (
                (name, f"{figures['accuracy']:.3f}", figures.get("n", "?"))
                for name, figures in _accuracies(row.evaluation or row.metrics)
            ),
        )

    @admin.display(description="figures")
    def figures(self, row: ModelVersion) -> SafeString:
        """The evaluation the promotion was decided on, else the card's own."""
        return _preformatted(row.evaluation or row.metrics)

    @admin.display(description="card")
    def card_as_text(self, row: ModelVersion) -> SafeString:
        """The model card as registered."""
        return _preformatted(row.card)

    @admin.display(description="pictures")
    def pictures(self, row: ModelVersion) -> str:
        """The plots that lie with the model."""
        names = [name for name in row.card.get("files", {}) if Path(name).suffix.lower() in PICTURES]
        if not names:
            return "No plot lies with this model."
        return format_html_join(
            "",
            '<figure><img src="{}" alt="{}" width="480" loading="lazy"><figcaption>{}</figcaption></figure>',
            (
                (reverse("admin:classifier_modelversion_picture", args=[row.pk, name]), name, name)
                for name in sorted(names)
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        """The usual pages, and the plots of a model."""
        picture = path(
            "<uuid:pk>/picture/<str:name>",
            self.admin_site.admin_view(self.picture),
            name="classifier_modelversion_picture",
        )
        return [picture, *super().get_urls()]

    def picture(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        """One plot the card names; nothing else of the folder can be reached."""
        row = self.get_queryset(request).filter(pk=pk).first()
        media_type = PICTURES.get(Path(name).suffix.lower())
        if row is None or media_type is None or name not in row.card.get("files", {}):
            raise Http404
        if not self.has_view_permission(request, row):
            raise Http404
        file = Path(row.directory) / Path(name).name
        if not file.is_file():
            raise Http404
        return HttpResponse(file.read_bytes(), content_type=media_type)


def _preformatted(content: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(content, indent=2, ensure_ascii=False))


def _accuracies(figures: dict[str, Any], name: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every group of figures that has an accuracy, with the path of names that leads to it."""
    if isinstance(figures.get("accuracy"), int | float):
        return [(name or "evaluation", figures)]
    return [
        found
        for key, value in figures.items()
        if isinstance(value, dict)
        for found in _accuracies(value, f"{name} {key}".strip())
    ]
