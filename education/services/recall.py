"""Recalling cells that are taught: the picture goes, nobody is asked about it any more, and what it came from is forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import events_last, record
from cases.models import Patient, PatientRestriction
from cases.permissions import refuse
from cases.services.validation import given_reason
from cases.storage import clinical_storage
from education import words
from education.models import (
    AttemptItem,
    AttemptState,
    MaterialState,
    TeachingCell,
    TeachingConsent,
    TeachingObjection,
    TeachingSource,
)
from education.permissions import may_keep_material
from education.services.predictions import forget_predictions
from hematovision.errors import Unprocessable
from reports.models import Report, ReportKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User

NOT_FOR_YOU = gettext_lazy("Teachers and administrators of a laboratory recall what it teaches with.")
LONGEST_REASON = 120
_KIND = TeachingCell._meta.label_lower


def recall_chosen(*, actor: User, cells: Collection[UUID], reason: str) -> int:
    """Recall `cells` of the actor's laboratory for a `reason` in words; returns how many were recalled.

    Raises `PermissionRefused`, and `Unprocessable` without a reason or without cells. Cells of others, and those that every
    laboratory teaches with, are passed over as if they were not there.
    """
    if not may_keep_material(actor):
        refuse(actor=actor, object_type=_KIND, sentence=NOT_FOR_YOU)
    if not cells:
        raise Unprocessable(_("Choose at least one cell."), code="no_cells")
    why = given_reason(reason)
    if len(why) > LONGEST_REASON:
        raise Unprocessable(_("Say why in at most %(most)s characters.") % {"most": LONGEST_REASON}, code="too_long")
    own = TeachingCell.objects.filter(laboratory=actor.organisation_id, pk__in=list(cells))
    return recall(actor=actor, cells=own, reason=why)


def recall_patient(*, actor: User | None, patient: Patient, reason: str = words.OBJECTION) -> int:
    """Recall everything that was copied from any record of the person; returns how many cells."""
    person = Patient.objects.same_person_as(patient).order_by().values("pk")
    return recall(actor=actor, cells=_copied(Q(report__case__patient__in=person)), reason=reason)


def recall_unsupported(about: Q | None = None) -> int:
    """Recall every copied cell that may not be taught any longer, or those of them whose source fits `about`.

    That is: its report was corrected or withdrawn, its patient objects or is restricted, or its clinic does not consent. Whoever
    changes one of these calls it in the same request; a task calls it for what an interrupted process left.
    """
    # All cells are locked before the head of the audit trail is: a person who recalls one of them waits for nothing else.
    with events_last():
        return sum(
            recall(actor=None, cells=_copied((about or Q()) & rule), reason=reason) for reason, rule in _rules().items()
        )


@transaction.atomic
def recall(*, actor: User | None, cells: QuerySet[TeachingCell], reason: str) -> int:
    """Recall `cells`; returns how many were not recalled before. The caller has asked whether the actor may.

    Questions of attempts under way that are not answered yet are skipped. The files go once the transaction is through.
    """
    there = cells.exclude(state=MaterialState.RECALLED).order_by("pk")
    rows = list(TeachingCell.objects.select_for_update(no_key=True).filter(pk__in=there.values("pk")).order_by("pk"))
    if not rows:
        return 0
    now, ids = timezone.now(), [row.pk for row in rows]
    names = [str(row.picture.name) for row in rows]
    for row in rows:
        row.state, row.picture = MaterialState.RECALLED, ""
        row.recalled_at, row.recalled_because = now, reason
    TeachingCell.objects.bulk_update(rows, ["state", "picture", "recalled_at", "recalled_because"])
    TeachingSource.objects.filter(teaching_cell__in=ids).delete()
    forget_predictions(cells=ids)
    AttemptItem.objects.filter(cell__in=ids, attempt__state=AttemptState.RUNNING, answers__isnull=True).update(
        skipped=True
    )
    for laboratory in sorted({row.laboratory_id for row in rows}, key=str):
        of_it = [str(row.pk) for row in rows if row.laboratory_id == laboratory]
        recalled = {"state": MaterialState.RECALLED, "cells": of_it}
        record(
            actor=actor,
            action=Action.UPDATE,
            object_type=_KIND,
            reason=reason,
            after=recalled,
            laboratory_id=laboratory,
        )
    for name in names:
        # A file that stays all the same is one that no row names: `remove_unreferenced_files` finds it.
        transaction.on_commit(partial(clinical_storage().delete, name), robust=True)
    return len(rows)


def _copied(rule: Q) -> QuerySet[TeachingCell]:
    person = Coalesce("report__case__patient__merged_into", "report__case__patient")
    sources = TeachingSource.objects.annotate(person=person).filter(rule)
    return TeachingCell.objects.filter(pk__in=sources.order_by().values("teaching_cell"))


def _rules() -> dict[str, Q]:
    """Why a copied cell is taught no longer, with the sources of which that is true."""
    changed = Report.objects.filter(
        case=OuterRef("report__case"),
        version__gt=OuterRef("report__version"),
        kind__in=[ReportKind.CORRECTED, ReportKind.WITHDRAWN],
    )
    objections = TeachingObjection.objects.in_force().annotate(whose=Coalesce("patient__merged_into", "patient"))
    restrictions = PatientRestriction.objects.in_force().filter(patient=OuterRef("report__case__patient"))
    consents = TeachingConsent.objects.in_force().filter(clinic=OuterRef("report__case__clinic"))
    return {
        words.CHANGED_REPORT: Q(Exists(changed)),
        words.OBJECTION: Q(Exists(objections.filter(whose=OuterRef("person")))),
        words.RESTRICTION: Q(Exists(restrictions)),
        words.NO_CONSENT: ~Q(Exists(consents)),
    }
