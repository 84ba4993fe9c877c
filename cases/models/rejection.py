"""That a laboratory could not use a specimen, and why."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.words import in_english

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_WORDS = 1000


class SpecimenReason(models.TextChoices):
    """Why a laboratory rejects a specimen, or one field of it: a sentence that the clinic understands."""

    UNLABELLED = "unlabelled", _("The slide is not labelled, or nobody can read its label.")
    IDENTITY_MISMATCH = "identity_mismatch", _("Slide and request do not name the same person.")
    MISSING_REQUEST_DATA = "missing_request_data", _("The request does not say what the laboratory has to know.")
    CLOTTED = "clotted", _("The blood was clotted.")
    HAEMOLYSED = "haemolysed", _("The blood was haemolysed.")
    TOO_OLD = "too_old", _("The blood was too old when the smear was made.")
    SMEAR_UNREADABLE = "smear_unreadable", _("The smear is too thick or too thin, or has no feathered edge.")
    STAIN_UNUSABLE = "stain_unusable", _("The stain does not let the cells be told apart.")
    SLIDE_DAMAGED = "slide_damaged", _("The slide is broken or scratched.")
    IMAGES_UNUSABLE = "images_unusable", _("The pictures cannot be used: too few, out of focus, or of the wrong area.")


class WhatNext(NamedTuple):
    """What a clinic does about a reason.

    `new_blood` tells whether blood has to be taken again, `needs_words` whether the laboratory has to say more.
    """

    advice: _StrPromise
    new_blood: bool = False
    needs_words: bool = False


WHAT_NEXT: dict[SpecimenReason, WhatNext] = {
    SpecimenReason.UNLABELLED: WhatNext(
        _("Take blood again. Write two identifiers on the slide beside the patient, before you leave them."),
        new_blood=True,
    ),
    SpecimenReason.IDENTITY_MISMATCH: WhatNext(
        _("Find out whose blood it is. Unless that is certain, take blood again and compare label and request."),
        new_blood=True,
        needs_words=True,
    ),
    SpecimenReason.MISSING_REQUEST_DATA: WhatNext(
        _("Send the case again with what is missing. The same slide can be used."), needs_words=True
    ),
    SpecimenReason.CLOTTED: WhatNext(
        _("Take blood again into an EDTA tube and turn it over eight to ten times at once."), new_blood=True
    ),
    SpecimenReason.HAEMOLYSED: WhatNext(
        _("Take blood again without a narrow needle or a hard pull, and do not shake the tube."), new_blood=True
    ),
    SpecimenReason.TOO_OLD: WhatNext(
        _("Take blood again and make the smear within four hours, within one hour if it is kept warm."), new_blood=True
    ),
    SpecimenReason.SMEAR_UNREADABLE: WhatNext(
        _("Make another smear: a small drop, the spreader at 30 to 45 degrees, one even push to a feathered edge.")
    ),
    SpecimenReason.STAIN_UNUSABLE: WhatNext(
        _("Stain another smear with fresh stain and buffer of pH 6.8 to 7.2, for the whole time.")
    ),
    SpecimenReason.SLIDE_DAMAGED: WhatNext(_("Make another smear of the same blood and send pictures of that.")),
    SpecimenReason.IMAGES_UNUSABLE: WhatNext(
        _("Photograph the slide again: sharp, where the cells lie side by side without touching, at least ten fields."),
        needs_words=True,
    ),
}
"""One entry a reason, in the order in which they are offered."""


class SpecimenRejection(models.Model):
    """A laboratory could not use the specimen of a case. Rows are inserted and read, nothing else.

    `reasons` are codes of `SpecimenReason`, each once, `words` what the codes do not say; a pseudonymisation empties them.
    `order` is the one that the case was opened for: it waits for another specimen since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="rejection")
    order = models.ForeignKey(
        "cases.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="specimen_rejections"
    )
    reasons = models.JSONField()
    words = models.TextField(blank=True, max_length=MOST_WORDS, validators=[MaxLengthValidator(MOST_WORDS)])
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["at"], name="rejection_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id} at {self.at:%Y-%m-%d %H:%M}"  # not translated

    def clean(self) -> None:
        """Refuse reasons that are none, and a reason named twice."""
        known = isinstance(self.reasons, list) and self.reasons and set(self.reasons) <= set(SpecimenReason.values)
        if not known or len(set(self.reasons)) != len(self.reasons):
            raise ValidationError({"reasons": _("Name each reason once, by its code.")})

    @property
    def coded(self) -> list[SpecimenReason]:
        """The reasons, in the order of the list."""
        return [reason for reason in SpecimenReason if reason in self.reasons]

    @property
    def sentence(self) -> str:
        """The reasons in words."""
        return " ".join(str(reason.label) for reason in self.coded)

    @property
    def kept_sentence(self) -> str:
        """The reasons in words, as the record keeps them: in English."""
        return " ".join(in_english(reason.label) for reason in self.coded)

    @property
    def advice(self) -> list[tuple[str, str]]:
        """What each reason says, and what the clinic does about it."""
        return [(str(reason.label), str(WHAT_NEXT[reason].advice)) for reason in self.coded]

    @property
    def needs_new_blood(self) -> bool:
        """Whether the patient has to be bled again."""
        return any(WHAT_NEXT[reason].new_blood for reason in self.coded)
