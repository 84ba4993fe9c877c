"""What the pages of this app ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import BirthDateField
from reports.models import Insufficiency, ReportTemplate, TemplatePart
from reports.models.draft import REASON_MAX, TEXT_MAX
from reports.presenters.content import IDENTIFIERS
from review.models import AmendmentKind, AmendmentReason


class DraftForm(forms.Form):
    """The sign page: texts and confirmations."""

    interpretation = forms.CharField(required=False, max_length=TEXT_MAX, widget=forms.Textarea({"rows": 6}))
    comments = forms.CharField(required=False, max_length=TEXT_MAX, widget=forms.Textarea({"rows": 4}))
    count_reason = forms.CharField(
        required=False, max_length=REASON_MAX, label=_("Why fewer than 100 leukocytes are enough")
    )
    quality_accepted = forms.BooleanField(required=False, label=_("I accept the quality of the images for this report"))
    quality_remark = forms.CharField(
        required=False, max_length=REASON_MAX, label=_("Why it can be signed with wanting fields")
    )
    flagged_reason = forms.CharField(
        required=False, max_length=REASON_MAX, label=_("Why it can be signed with flagged cells")
    )
    insufficient = forms.ChoiceField(
        required=False,
        label=_("The report says"),
        choices=[("", _("The differential of the counted cells")), *Insufficiency.choices],
    )
    insufficient_words = forms.CharField(
        required=False,
        max_length=REASON_MAX,
        label=_("In words"),
        help_text=_("Printed beside the reason. Needed for another reason."),
    )
    identifiers = forms.MultipleChoiceField(
        required=False, choices=list(IDENTIFIERS.items()), widget=forms.CheckboxSelectMultiple
    )


class SignForm(forms.Form):
    """The signature: the components of the person. Nothing is ever filled in beforehand."""

    preview = forms.CharField(widget=forms.HiddenInput, max_length=64)
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput({"autocomplete": "current-password"}, render_value=False),
    )
    code = forms.CharField(
        required=False, max_length=64, widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "text"})
    )
    credential = forms.CharField(required=False, widget=forms.HiddenInput)


class AmendForm(forms.Form):
    """Why a signed report is changed."""

    kind = forms.ChoiceField(choices=AmendmentKind.choices, widget=forms.RadioSelect)
    reason_code = forms.ChoiceField(choices=[("", _("Choose a reason")), *AmendmentReason.choices], label=_("Reason"))
    reason = forms.CharField(max_length=REASON_MAX, widget=forms.Textarea({"rows": 3}), label=_("In words"))


class MoveForm(forms.Form):
    """Whose smear it really is: both must be those of one patient of the clinic."""

    mrn = forms.CharField(
        max_length=64, label=_("Medical record number"), widget=forms.TextInput({"autocomplete": "off"})
    )
    birth_date = BirthDateField()


class VerifyForm(forms.Form):
    """A hash, or a file whose hash is taken."""

    hash = forms.CharField(required=False, max_length=200, strip=True)
    file = forms.FileField(required=False, allow_empty_file=False)

    def clean(self) -> dict[str, Any]:
        """One of the two has to be there."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("hash") and not given.get("file") and not self.errors:
            raise forms.ValidationError(_("Paste a hash or choose a file."))
        return given


class TemplateForm(forms.ModelForm[ReportTemplate]):
    """One text of the laboratory."""

    class Meta:
        model = ReportTemplate
        fields = ["part", "title", "text", "is_active"]
        widgets = {"text": forms.Textarea({"rows": 5})}
        labels = {"title": _("Title"), "text": _("Text")}

    part = forms.ChoiceField(label=_("Part"), choices=[("", _("Choose a part")), *TemplatePart.choices])
