"""Steps, images, the model's runs and emergency access, as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cases.models import BreakGlassAccess, ImageTransition, SmearImage
from cases.states import NOT_COUNTING, CaseState, ImageState
from cases.words import in_words
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
    yield Entry(case.created_at, "steps", _("Case opened"), name_of(case.created_by))
    for step in case.transitions.select_related("by"):
        if not step.from_state and step.to_state == CaseState.DRAFT:
            continue  # that is the opening
        state = CaseState(step.to_state)
        reason = (in_words(step.reason),) if step.reason else ()
        yield Entry(step.at, "steps", str(state.label), name_of(step.by), details=reason, tone=_TONES.get(state, ""))


def of_images(case: Case) -> Iterator[Entry]:
    """Yield what came in, what went wrong with it and what was taken out."""
    for image in SmearImage.objects.filter(case=case).select_related("uploaded_by"):
        yield Entry(
            image.uploaded_at,
            "images",
            _("Image %(number)s received") % {"number": image.ordinal},
            name_of(image.uploaded_by),
            alike=_("{number} images received"),
        )
    told = ImageTransition.objects.filter(
        image__case=case, to_state__in=[ImageState.REJECTED, ImageState.FAILED, *NOT_COUNTING]
    ).select_related("by", "image")
    for step in told:
        word = ImageState(step.to_state).label.lower()
        reason = (in_words(step.reason),) if step.reason else ()
        tone = "warn" if step.to_state in NOT_COUNTING else "danger"
        text = _("Image %(number)s %(state)s") % {"number": step.image.ordinal, "state": word}
        yield Entry(step.at, "images", text, name_of(step.by), details=reason, tone=tone)


def of_analyses(case: Case) -> Iterator[Entry]:
    """Yield the finished runs over the images of the case."""
    runs = Analysis.objects.filter(image__case=case, finished_at__isnull=False).select_related(
        "image", "model_version", "requested_by"
    )
    for run in runs:
        if run.finished_at is None:
            continue
        done = run.state == AnalysisState.DONE
        sentence = _("Image %(number)s analysed by %(model)s") if done else _("Image %(number)s not analysed")
        details = (in_words(run.problem),) if run.problem else ()
        who = _("asked for by %(person)s") % {"person": run.requested_by.full_name} if run.requested_by else ""
        yield Entry(
            run.finished_at,
            "machine",
            sentence % {"number": run.image.ordinal, "model": run.model_version},
            details=(*details, who) if who else details,
            tone="" if done else "danger",
            alike=_("{number} images analysed by {model}").replace("{model}", str(run.model_version))
            if done and not details and not who
            else "",
        )


def of_break_glass(case: Case) -> Iterator[Entry]:
    """Yield who opened the case from elsewhere, and why."""
    for access in BreakGlassAccess.objects.filter(case=case).select_related("user__organisation"):
        place = access.user.organisation.name if access.user.organisation else ""
        yield Entry(
            access.opened_at,
            "access",
            _("Opened by break-glass access from %(place)s, until %(time)s UTC")
            % {"place": place, "time": f"{access.expires_at:%H:%M}"},
            access.user.full_name,
            details=(access.reason,),
            tone="danger",
        )
