"""Filters of the agreement figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Role, User
from cases.cell_classes import CELL_CLASSES
from cases.models import Case, Stain
from cases.selectors import clinics_seen_by
from classifier.models import ModelVersion
from oversight.selectors.sources import Wanted

SIGNED, REVIEWED = "", "reviewed"


class AgreementFilter(forms.Form):
    """Time, clinic, stain, camera, model, reviewer and class; what is empty does not narrow.

    Without a choice of model the one in use is compared, because a cell analysed by two models would count twice.
    """

    since = forms.DateField(required=False, label=_("Reviewed from"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("Reviewed until"), widget=forms.DateInput(attrs={"type": "date"}))
    clinic = forms.ModelChoiceField(
        Organisation.objects.none(), required=False, empty_label=_("Any"), label=_("Clinic")
    )
    stain = forms.ChoiceField(required=False, choices=[("", _("Any")), *Stain.choices], label=_("Stain"))
    camera = forms.ChoiceField(required=False, label=_("Camera"))
    model = forms.ModelChoiceField(
        ModelVersion.objects.none(), required=False, empty_label=_("In use"), label=_("Model")
    )
    reader = forms.ModelChoiceField(User.objects.none(), required=False, empty_label=_("Any"), label=_("Reviewer"))
    label = forms.ChoiceField(
        required=False,
        choices=[("", _("Any")), *((item.code, _(item.label)) for item in CELL_CLASSES)],
        label=_("Class"),
    )
    cells = forms.ChoiceField(
        required=False,
        choices=[(SIGNED, _("Of signed cases")), (REVIEWED, _("All that were reviewed"))],
        label=_("Cells"),
    )

    def __init__(self, data: Any, *, user: User, own: bool = False) -> None:
        """`own` leaves the reviewer out: it is `user`."""
        super().__init__(data, label_suffix="")
        self.user = user
        self.own = own
        cases = Case.objects.visible_to(user).order_by()
        fields: dict[str, Any] = self.fields
        fields["clinic"].queryset = clinics_seen_by(user)
        cameras = cases.exclude(camera="").values_list("camera", flat=True).distinct()[:200]
        fields["camera"].choices = [("", _("Any")), *((name, name) for name in sorted(cameras))]
        fields["model"].queryset = ModelVersion.objects.exclude(promoted_at__isnull=True, state="registered")
        if own:
            del fields["reader"]
        else:
            fields["reader"].queryset = User.objects.filter(
                organisation=user.organisation_id, role=Role.PATHOLOGIST
            ).order_by("full_name")

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        return found

    @cached_property
    def model_version(self) -> ModelVersion | None:
        """The model that is compared: the chosen one, else the one in use, else the last that was."""
        if not self.is_valid():
            return None
        chosen: ModelVersion | None = self.cleaned_data["model"]
        in_use = ModelVersion.objects.active()
        return chosen or in_use or ModelVersion.objects.order_by(F("promoted_at").desc(nulls_last=True)).first()

    def wanted(self, *, every_model: bool = False, every_reviewer: bool = False) -> Wanted:
        """What is asked for; a form with errors asks for nothing.

        `every_model` and `every_reviewer` leave that one filter out, for the comparison beside.
        """
        model = self.model_version
        if not self.is_valid() or (model is None and not every_model):
            return Wanted(nothing=True)
        asked = self.cleaned_data
        return Wanted(
            signed=asked["cells"] == SIGNED,
            since=asked["since"],
            until=asked["until"],
            clinic=asked["clinic"].pk if asked["clinic"] else None,
            stain=asked["stain"],
            camera=asked["camera"],
            model=model.pk if model and not every_model else None,
            reviewer=self.reviewer.pk if self.reviewer and not every_reviewer else None,
            final=asked["label"],
        )

    @property
    def reviewer(self) -> User | None:
        """Whose cells are asked for; None for everybody's."""
        if self.own:
            return self.user
        chosen: User | None = self.cleaned_data["reader"] if self.is_valid() else None
        return chosen

    @property
    def narrows(self) -> dict[str, str]:
        """The filters in use, for the audit trail and for links: as they stand in the address."""
        if not self.is_valid():
            return {}
        return {
            name: str(getattr(value, "pk", value))
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }
