"""Questions about reviews that this app and others ask: the workspace's state, what blocks signing, what a preview was made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import ngettext

from cases.blinding import is_reviewed_blinded
from cases.cell_classes import UNIDENTIFIED
from cases.models import Case, Cell, LabelSource
from cases.states import UNFINISHED_IMAGE_STATES, CaseState
from classifier.selectors import current_analyses, models_on, output_for_case
from review.key_map import keys_of
from review.models import ActionKind, Amendment, Decision, ReviewLease
from review.permissions import may_review
from review.presenters.cells import present
from review.presenters.differential import present_differential
from review.providers import previous_differential
from review.services.undo import stacks_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from accounts.models import User
    from classifier.selectors import CurrentAnalysis

_REVIEW_STATES = frozenset({CaseState.READY, CaseState.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class Tally:
    """Cells of a case by what is decided about them."""

    counts: dict[str, int]
    excluded: int
    unreviewed: int
    unidentified: int
    flagged: int
    total: int

    @property
    def todo(self) -> dict[str, int]:
        """What keeps the case from being signed, and what its reviewer wants to come back to."""
        return {"unreviewed": self.unreviewed, "unidentified": self.unidentified, "flagged": self.flagged}


def tally(case: Case, *, blind: bool = False) -> Tally:
    """Return the counts of the current cells of `case`.

    With `blind` only cells a person has named are counted by class: the others would tell what the model said.
    """
    rows = (
        Cell.objects.current()
        .filter(image__case=case)
        .order_by()
        .values_list("label", "label_source", "excluded", "removed", "flagged")
        .annotate(number=Count("pk"))
    )
    counts: dict[str, int] = {}
    excluded = unreviewed = unidentified = flagged = total = 0
    for label, source, is_excluded, is_removed, is_flagged, number in rows:
        human = source == LabelSource.HUMAN
        total += number if not is_removed else 0
        flagged += number if is_flagged and not is_removed else 0
        if is_excluded:
            # What was never a cell is not an excluded cell either.
            excluded += number if not is_removed else 0
            continue
        unreviewed += number if not human else 0
        if blind and not human:
            continue
        name = label or UNIDENTIFIED
        counts[name] = counts.get(name, 0) + number
        unidentified += number if name == UNIDENTIFIED else 0
    return Tally(counts, excluded, unreviewed, unidentified, flagged, total)


def case_tally(case: Case) -> Tally:
    """Return the counts of `case` as its reviewer may see them."""
    return tally(case, blind=is_reviewed_blinded(case))


def open_amendment_of(case: Case) -> Amendment | None:
    """Return the amendment that awaits its signature, if there is one."""
    return Amendment.objects.filter(case=case, outcome="").first()


def lease_of(case: Case) -> ReviewLease | None:
    """Return the lease that keeps others from a case now, or None when anybody may claim it."""
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    return lease if lease is not None and lease.is_alive() else None


def holds(user: User, case: Case) -> bool:
    """Whether `user` is the one reviewing `case`; a lease that ran out and nobody took over still is theirs."""
    return ReviewLease.objects.filter(case=case, holder=user).exists()


def may_review_now(user: User, case: Case) -> bool:
    """Whether `user` could claim `case` this moment, or reviews it already.

    A pathologist of its laboratory; ready, in review, or signed and opened again; not held by somebody else.
    """
    if not may_review(user, case) or not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return False
    if case.state not in _REVIEW_STATES and not (case.is_signed and open_amendment_of(case) is not None):
        return False
    lease = lease_of(case)
    return lease is None or lease.holder_id == user.pk


def sign_blockers(case: Case) -> list[str]:
    """Return in sentences what about the cells and images keeps `case` from being signed; empty when nothing."""
    # What a blinded reviewer has not named yet is not reviewed; that it is unidentified would be the model's word.
    counted = case_tally(case)
    blockers = []
    if counted.unreviewed:
        sentence = ngettext("%(count)s cell is not reviewed.", "%(count)s cells are not reviewed.", counted.unreviewed)
        blockers.append(sentence % {"count": counted.unreviewed})
    if counted.unidentified:
        sentence = ngettext(
            "%(count)s cell is unidentified.", "%(count)s cells are unidentified.", counted.unidentified
        )
        blockers.append(sentence % {"count": counted.unidentified})
    if waiting := images_in_analysis(case):
        blockers.append(waiting)
    return blockers


def images_in_analysis(case: Case) -> str:
    """Return in a sentence how many images of `case` the model still owes an answer for; empty when none."""
    waiting = case.images.counting().filter(state__in=UNFINISHED_IMAGE_STATES).count()
    if not waiting:
        return ""
    sentence = ngettext(
        "%(count)s image is still being analysed.", "%(count)s images are still being analysed.", waiting
    )
    return sentence % {"count": waiting}


@dataclass(frozen=True, slots=True)
class DecidedTogether:
    """How many cells one action decided on, and whether each had been displayed; None where that was not told."""

    cells: int
    displayed: bool | None


_NO_DECISION = frozenset({ActionKind.FLAG, ActionKind.UNFLAG, ActionKind.UNDO, ActionKind.REDO, ActionKind.REVERT})


def decided_together(case: Case) -> dict[tuple[UUID, dt.datetime], DecidedTogether]:
    """Return the actions of `case` by who decided and when, which is what a cell keeps of its standing decision.

    By person and time, not by cell: a decision holds on the cell that a reanalysis put in the place of its own.
    """
    rows = (
        Decision.objects.filter(action__case=case)
        .exclude(action__kind__in=_NO_DECISION)
        .order_by()
        .values_list("action__by", "action__at")
        .annotate(
            number=Count("pk"),
            told=Count("pk", filter=Q(displayed__isnull=False)),
            shown=Count("pk", filter=Q(displayed=True)),
        )
    )
    return {
        (by, at): DecidedTogether(number, None if told < number else shown == number)
        for by, at, number, told, shown in rows
    }


def review_fingerprint(case: Case) -> str:
    """Return SHA-256 (hex) over what a report is made of: each current cell's id, revision, label and exclusion.

    Where the case is reviewed blinded, a label that nobody has given stays out: the number would tell it to who tries.
    """
    blinded = is_reviewed_blinded(case)
    rows = (
        Cell.objects.current()
        .filter(image__case=case)
        .order_by("pk")
        .values_list("pk", "revision", "label", "label_source", "excluded", "removed")
    )
    digest = hashlib.sha256()
    for pk, revision, label, source, excluded, removed in rows:
        said = "" if blinded and source == LabelSource.MODEL else label
        row = (pk, revision, said, source, excluded, removed)
        digest.update("|".join(map(str, row)).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def workspace_state(case: Case, user: User) -> dict[str, Any]:
    """Return everything the workspace of `case` shows to `user`, in a number of queries that does not grow with it."""
    output = output_for_case(case)
    cells = list(
        Cell.objects.current()
        .filter(image__case=case)
        .select_related("decided_by")
        .order_by("image__ordinal", "ordinal", "detector")
    )
    return {
        "case": {"id": str(case.pk), "state": str(case.state), "fingerprint": review_fingerprint(case)},
        "lease": lease_state(case, user),
        "blind": is_reviewed_blinded(case),
        "model": model_state(case, output.analyses),
        "images": _images(case, output.analyses),
        "cells": present(case, cells, output),
        **live_state(case, user),
        "keys": keys_of(user),
    }


def live_state(case: Case, user: User) -> dict[str, Any]:
    """Return what changes with every action: differential, what is left to do, undo and redo."""
    counted = case_tally(case)
    lease = ReviewLease.objects.filter(case=case, holder=user).first()
    stacks = stacks_of(lease)
    return {
        "differential": present_differential(case, counted, previous_differential(case)),
        "todo": counted.todo,
        "undo": bool(stacks.done),
        "redo": bool(stacks.undone),
    }


def lease_state(case: Case, user: User) -> dict[str, Any]:
    """Return who holds `case`, whether that is `user`, and until when."""
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    if lease is None or (lease.holder_id != user.pk and not lease.is_alive()):
        return {"holder": None, "mine": False, "until": None}
    return {
        "holder": lease.holder.full_name,
        "mine": lease.holder_id == user.pk,
        "until": lease.expires_at.isoformat(),
    }


def model_state(case: Case, analyses: Mapping[UUID, CurrentAnalysis] | None = None) -> dict[str, Any]:
    """Return whose analyses of `case` are current, and whether a newer model has come into use since.

    A case keeps the model it was analysed with until its reviewer accepts another analysis.
    """
    analyses = current_analyses(case) if analyses is None else analyses
    versions = {analysis.model_version.pk: analysis.model_version for analysis in analyses.values()}
    images = dict(case.images.counting().filter(pk__in=analyses).values_list("pk", "microscope_id"))
    in_use = models_on(images.values())
    newer = {
        str(version)
        for image, microscope in images.items()
        if (version := in_use[microscope]) is not None and analyses[image].model_version != version
    }
    return {
        "version": ", ".join(sorted(str(version) for version in versions.values())),
        "newer_available": bool(newer) and not case.is_signed,
        "newer": ", ".join(sorted(newer)),
    }


def _images(case: Case, analyses: Mapping[UUID, CurrentAnalysis]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(image.pk),
            "ordinal": image.ordinal,
            "state": str(image.state),
            "width": image.width,
            "height": image.height,
            "um_per_px": analyses[image.pk].um_per_px if image.pk in analyses else case.um_per_px,
            "display": reverse("cases:image_display", args=[image.pk]) if image.is_shown else "",
            "quality": analyses[image.pk].quality.get("verdict", "") if image.pk in analyses else "",
        }
        for image in case.images.counting().order_by("ordinal")
    ]
