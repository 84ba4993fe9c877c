"""Adding, changing and retiring microscopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services.reach import cleaned
from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, Unprocessable
from microscopes.models import Microscope
from microscopes.permissions import must_manage
from microscopes.verification import microscope_digest

if TYPE_CHECKING:
    import datetime as dt

    from accounts.models import Organisation, User

_SAME_NAME = _("The organisation already has a microscope of this name.")
_CHANGEABLE = frozenset({"name", "camera", "objective", "stain", "typed_um_per_px", "calibrated_on", "notes"})
# What a free text says stays out of the audit trail; that it changed does not.
_NAMED_ONLY = frozenset({"notes"})


def add_microscope(
    *,
    actor: User,
    organisation: Organisation,
    name: str,
    camera: str = "",
    objective: int | None = None,
    stain: str = "",
    typed_um_per_px: float | None = None,
    calibrated_on: dt.date | None = None,
    notes: str = "",
) -> Microscope:
    """Add a microscope to an organisation that the actor administers.

    Raises `PermissionRefused`, `NotFound` (foreign organisation), `Unprocessable`, or `Conflict` (code
    `duplicate_name`) where the organisation has one of that name.
    """
    must_manage(actor=actor, organisation=organisation)
    microscope = Microscope(
        organisation=organisation,
        name=_tidy(name),
        camera=_tidy(camera),
        objective=objective,
        stain=stain,
        typed_um_per_px=typed_um_per_px,
        calibrated_on=calibrated_on,
        notes=notes.strip(),
    )
    try:
        with transaction.atomic():
            _refuse_taken(microscope)
            cleaned(microscope)
            microscope.save(force_insert=True)
            record(
                actor=actor,
                action=Action.CREATE,
                target=microscope,
                after={**_described(microscope), "row": microscope_digest(microscope)},
            )
    except (IntegrityError, Unprocessable):
        # Two requests with the same name: the other one was first.
        _refuse_taken(microscope)
        raise
    return microscope


def change_microscope(*, actor: User, microscope: Microscope, **changes: Any) -> Microscope:
    """Change what is known of a microscope. Images keep pointing to it. Raises as `add_microscope`."""
    must_manage(actor=actor, organisation=microscope.organisation, microscope=microscope)
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        message = f"Not changeable here: {', '.join(sorted(unknown))}."  # not translated
        raise TypeError(message)
    try:
        with transaction.atomic():
            stored = _locked(microscope)
            before = _described(stored)
            hidden = sorted(name for name in _NAMED_ONLY & set(changes) if getattr(stored, name) != changes[name])
            for name, value in changes.items():
                setattr(stored, name, _tidy(value) if name in {"name", "camera"} else value)
            _refuse_taken(stored)
            cleaned(stored)
            stored.save(update_fields=sorted(changes))
            after = _described(stored)
            differs = {name for name in after if after[name] != before[name]}
            if differs or hidden:
                record(
                    actor=actor,
                    action=Action.CONFIGURATION,
                    target=stored,
                    before={name: before[name] for name in differs},
                    after={name: after[name] for name in differs}
                    | ({"fields": hidden} if hidden else {})
                    | {"row": microscope_digest(stored)},
                )
    except (IntegrityError, Unprocessable):
        _refuse_taken(stored)
        raise
    return stored


def retire_microscope(*, actor: User, microscope: Microscope) -> Microscope:
    """Take a microscope out of use: nothing more is assigned to it, what was taken with it stays."""
    return _set_in_use(actor=actor, microscope=microscope, is_active=False)


def reinstate_microscope(*, actor: User, microscope: Microscope) -> Microscope:
    """Bring a retired microscope back into use."""
    return _set_in_use(actor=actor, microscope=microscope, is_active=True)


def note_choice(*, microscope: Microscope) -> None:
    """Remember that an uploader chose `microscope`, so that the next upload suggests it."""
    # update(): a memory of the upload form and no change of the record; the image's own event says who chose what.
    Microscope.objects.filter(pk=microscope.pk).update(chosen_at=timezone.now())


def _set_in_use(*, actor: User, microscope: Microscope, is_active: bool) -> Microscope:
    must_manage(actor=actor, organisation=microscope.organisation, microscope=microscope)
    with transaction.atomic():
        stored = _locked(microscope)
        if stored.is_active != is_active:
            stored.is_active = is_active
            stored.save(update_fields=["is_active"])
            record(
                actor=actor,
                action=Action.CONFIGURATION,
                target=stored,
                before={"is_active": not is_active},
                after={"is_active": is_active, "row": microscope_digest(stored)},
            )
    return stored


def _locked(microscope: Microscope) -> Microscope:
    return Microscope.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=microscope.pk)


def _described(microscope: Microscope) -> dict[str, Any]:
    return {
        "organisation": microscope.organisation.slug,
        "name": microscope.name,
        "camera": microscope.camera,
        "objective": microscope.objective,
        "stain": microscope.stain,
        "typed_um_per_px": microscope.typed_um_per_px,
        "calibrated_on": microscope.calibrated_on.isoformat() if microscope.calibrated_on else None,
    }


def _refuse_taken(microscope: Microscope) -> None:
    same = Microscope.objects.filter(organisation=microscope.organisation, name__iexact=microscope.name)
    if same.exclude(pk=microscope.pk).exists():
        sentence = str(_SAME_NAME)
        raise Conflict(sentence, code="duplicate_name", details={"errors": {"name": [sentence]}})


def _tidy(text: str) -> str:
    return " ".join(text.split())
