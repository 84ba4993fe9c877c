"""Telling a clinic that a specimen of theirs cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.models import User
from cases.permissions import may_write_cases
from notices.services.notifications import close_notifications, notify

if TYPE_CHECKING:
    from cases.models import Case, SpecimenRejection

KIND = "rejection"


def tell_of_rejection(*, rejection: SpecimenRejection) -> None:
    """Tell whoever sends cases at the clinic; called in the transaction in which the specimen was rejected.

    Of what a laboratory sent itself only whoever opened the case is told: the others are those who reject.
    """
    case = rejection.case
    people = User.objects.filter(organisation=case.clinic_id, is_active=True).exclude(pk=rejection.by_id)
    if case.clinic_id == case.laboratory_id:
        people = people.filter(pk=case.created_by_id)
    notify(
        recipients=[person for person in people.select_related("organisation") if may_write_cases(person)],
        kind=KIND,
        subject_id=case.pk,
        text=gettext_noop("The laboratory cannot use a specimen of yours. See why, and send another one."),
        path=reverse("workbench:case", args=[case.pk]),
    )


def specimen_sent_again(*, case: Case) -> None:
    """Close what was told of the specimen in whose place `case` was opened: somebody sees to it."""
    if case.resubmission_of_id is not None:
        close_notifications(subject_id=case.resubmission_of_id)
