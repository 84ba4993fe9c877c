"""Reads of this app that others build on: the workspace's state, what blocks signing, what a preview was made of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases.models import Case, Cell
from cases.states import UNSETTLED_IMAGE_STATES, CaseState
from classifier.models import ModelVersion
from review.counting import case_tally, present_differential
from review.hooks import previous_differential
from review.keys import keys_of
from review.models import ReviewLease
from review.presenting import is_blind, present
from review.readings import cell_predictions, image_readings
from review.services.guards import open_amendment_of, reads_for
from review.services.undoing import stacks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from accounts.models import User
    from review.readings import ImageReading

_READ_STATES = frozenset({CaseState.READY, CaseState.IN_REVIEW})


def lease_of(case: Case) -> ReviewLease | None:
    """Return the lease that keeps others from a case now, or None when anybody may claim it."""
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    return lease if lease is not None and lease.is_alive() else None


def holds(user: User, case: Case) -> bool:
    """Whether `user` is the one reading `case`; a lease that ran out and nobody took over still is theirs."""
    return ReviewLease.objects.filter(case=case, holder=user).exists()


def may_review_now(user: User, case: Case) -> bool:
    """Whether `user` could claim `case` this moment, or reads it already.

    A pathologist of its laboratory; ready, in review, or signed and opened again; not held by somebody else.
    """
    if not reads_for(user, case) or not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return False
    if case.state not in _READ_STATES and not (case.is_signed and open_amendment_of(case) is not None):
        return False
    lease = lease_of(case)
    return lease is None or lease.holder_id == user.pk


def sign_blockers(case: Case) -> list[str]:
    """Return in sentences what about the cells and images keeps `case` from being signed; empty when nothing."""
    # What a blind reader has not named yet is not reviewed; that it is unidentified would be the machine's word.
    counted = case_tally(case)
    waiting = case.images.filter(state__in=UNSETTLED_IMAGE_STATES).count()
    blockers = []
    if counted.unreviewed:
        blockers.append(_many(counted.unreviewed, "cell is not reviewed", "cells are not reviewed"))
    if counted.unidentified:
        blockers.append(_many(counted.unidentified, "cell is unidentified", "cells are unidentified"))
    if waiting:
        blockers.append(_many(waiting, "image is still being analysed", "images are still being analysed"))
    return blockers


def review_fingerprint(case: Case) -> str:
    """Return SHA-256 (hex) over what a report is made of: each current cell's id, revision, label and exclusion."""
    rows = (
        Cell.objects.current()
        .filter(image__case=case)
        .order_by("pk")
        .values_list("pk", "revision", "label", "label_source", "excluded", "removed")
    )
    digest = hashlib.sha256()
    for row in rows:
        digest.update("|".join(map(str, row)).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def workspace_state(case: Case, user: User) -> dict[str, Any]:
    """Return everything the workspace of `case` shows to `user`, in a number of queries that does not grow with it."""
    readings = image_readings(case)
    cells = list(
        Cell.objects.current()
        .filter(image__case=case)
        .select_related("decided_by")
        .order_by("image__ordinal", "ordinal", "locator")
    )
    return {
        "case": {"id": str(case.pk), "state": str(case.state), "fingerprint": review_fingerprint(case)},
        "lease": lease_state(case, user),
        "blind": is_blind(case),
        "model": model_state(case, readings),
        "images": _images(case, readings),
        "cells": present(case, cells, readings, cell_predictions(cells, readings, case=case)),
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


def model_state(case: Case, readings: Mapping[UUID, ImageReading] | None = None) -> dict[str, Any]:
    """Return which models have read `case`, and whether a newer one has come into use since.

    A case keeps the version it was read with until its reader accepts another reading.
    """
    readings = image_readings(case) if readings is None else readings
    versions = {reading.model_version.pk: reading.model_version for reading in readings.values()}
    active = ModelVersion.objects.active()
    newer = active if active is not None and readings and set(versions) != {active.pk} else None
    return {
        "version": ", ".join(sorted(str(version) for version in versions.values())),
        "newer_available": newer is not None and not case.is_signed,
        "newer": str(newer) if newer is not None else "",
    }


def _images(case: Case, readings: Mapping[UUID, ImageReading]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(image.pk),
            "ordinal": image.ordinal,
            "state": str(image.state),
            "width": image.width,
            "height": image.height,
            "um_per_px": readings[image.pk].um_per_px if image.pk in readings else case.um_per_px,
            "display": reverse("cases:image_display", args=[image.pk]) if image.display else "",
            "quality": readings[image.pk].quality.get("verdict", "") if image.pk in readings else "",
        }
        for image in case.images.order_by("ordinal")
    ]


def _many(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}."
