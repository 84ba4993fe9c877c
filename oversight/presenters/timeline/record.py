"""Steps, images, the model's runs and emergency access, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import BreakGlassAccess, ImageTransition, SmearImage
from cases.states import NOT_COUNTING, CaseState, ImageState
from classifier.models import Analysis, AnalysisState
from oversight.presenters.timeline.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from cases.models import Case

_TONES = {
    CaseState.SIGNED: "ok",
    CaseState.DELIVERED: "ok",
    CaseState.CORRECTED: "warn",
    CaseState.APPENDED: "warn",
    CaseState.WITHDRAWN: "danger",
    CaseState.CANCELLED: "danger",
    CaseState.REJECTED: "danger",
}


def name_of(user: User | None) -> str:
    """The name of who did it; nobody is the system."""
    return user.full_name if user else ""


def of_steps(case: Case) -> Iterator[Entry]:
    """Yield the steps of the state machine, the opening included."""
    yield Entry(case.created_at, "steps", "Case opened", name_of(case.created_by))
    for step in case.transitions.select_related("by"):
        if not step.from_state and step.to_state == CaseState.DRAFT:
            continue  # that is the opening
        state = CaseState(step.to_state)
        reason = (step.reason,) if step.reason else ()
        yield Entry(step.at, "steps", state.label, name_of(step.by), details=reason, tone=_TONES.get(state, ""))


def of_images(case: Case) -> Iterator[Entry]:
    """Yield what came in, what went wrong with it and what was taken out."""
    for image in SmearImage.objects.filter(case=case).select_related("uploaded_by"):
        yield Entry(
            image.uploaded_at,
            "images",
            f"Image {image.ordinal} received",
            name_of(image.uploaded_by),
            alike="images received",
        )
    told = ImageTransition.objects.filter(
        image__case=case, to_state__in=[ImageState.REJECTED, ImageState.FAILED, *NOT_COUNTING]
    ).select_related("by", "image")
    for step in told:
        word = ImageState(step.to_state).label.lower()
        reason = (step.reason,) if step.reason else ()
        tone = "warn" if step.to_state in NOT_COUNTING else "danger"
        yield Entry(
            step.at, "images", f"Image {step.image.ordinal} {word}", name_of(step.by), details=reason, tone=tone
        )


def of_analyses(case: Case) -> Iterator[Entry]:
    """Yield the finished runs over the images of the case."""
    runs = Analysis.objects.filter(image__case=case, finished_at__isnull=False).select_related(
        "image", "model_version", "requested_by"
    )
    for run in runs:
        if run.finished_at is None:
            continue
        done = run.state == AnalysisState.DONE
        text = (
            f"Image {run.image.ordinal} analysed by {run.model_version}"
            if done
            else f"Image {run.image.ordinal} not analysed"
        )
        details = (run.problem,) if run.problem else ()
        who = f"asked for by {run.requested_by.full_name}" if run.requested_by else ""
        yield Entry(
            run.finished_at,
            "machine",
            text,
            details=(*details, who) if who else details,
            tone="" if done else "danger",
            alike=f"images analysed by {run.model_version}" if done and not details and not who else "",
        )


def of_break_glass(case: Case) -> Iterator[Entry]:
    """Yield who opened the case from elsewhere, and why."""
    for access in BreakGlassAccess.objects.filter(case=case).select_related("user__organisation"):
        place = access.user.organisation.name if access.user.organisation else ""
        yield Entry(
            access.opened_at,
            "access",
            f"Opened by break-glass access from {place}, until {access.expires_at:%H:%M} UTC",
            access.user.full_name,
            details=(access.reason,),
            tone="danger",
        )
