"""Remove the files of an image by a rule: the row stays and says when, an `ImagePurge` says what and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.models import ImagePurge, PurgeRun, SmearImage
from cases.purged_files import names_of
from cases.services.audit_trail import scope_of
from cases.services.display_pixels import kept_pixels
from cases.services.validation import clean_record
from cases.storage import clinical_storage
from cases.words import in_english
from hematovision.away import storage_away
from hematovision.chunks import in_chunks
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import PurgeRule


def begin_purge(*, actor: User | None, periods: dict[str, int], planned: dict[str, object]) -> PurgeRun:
    """Write that a purge begins and what it found; `actor` None is the system. See `PurgeRun` for the two records."""
    with transaction.atomic():
        run = PurgeRun(asked_by=actor, periods=periods, planned=planned, began_at=timezone.now())
        clean_record(run)
        run.save(force_insert=True)
        record(actor=actor, action=Action.CREATE, target=run, after={"periods": periods, "planned": planned})
    return run


def purge_image(*, actor: User | None, run: PurgeRun, image: SmearImage, rule: PurgeRule) -> ImagePurge | None:
    """Remove what `rule` takes of `image`; returns the record, or None where nothing of it is left.

    Called in a transaction that has locked the case. The files go after the commit: a process that is killed between the
    two leaves files that `remove_left_behind` removes, never a row whose file went without a record. Raises `Conflict` where
    a file is missing or of another size than the one received: that is evidence, and `verify_all` names it.
    """
    original = image.original_purged_at is None
    shown = rule.takes_what_is_shown and image.shown_purged_at is None
    if not (original or shown):
        return None
    names = names_of(image, original=original, shown=shown)
    sizes = _sizes(image, names)
    now = timezone.now()
    purge = ImagePurge(
        run=run,
        image=image,
        rule=rule,
        original=original,
        shown=shown,
        files=len(names),
        byte_size=sum(sizes),
        purged_at=now,
    )
    clean_record(purge)
    purge.save(force_insert=True)
    image.original_purged_at = now if original else image.original_purged_at
    image.shown_purged_at = now if shown else image.shown_purged_at
    image.save(update_fields=["original_purged_at", "shown_purged_at"])
    record(
        actor=actor,
        action=Action.DELETE,
        target=purge,
        reason=in_english(rule.label),
        after={
            "image": str(image.pk),
            "run": str(run.pk),
            "sha256": image.sha256,
            "original": original,
            "shown": shown,
            "files": len(names),
            "byte_size": purge.byte_size,
        },
        **scope_of(image),
    )
    transaction.on_commit(lambda: _remove(image, names))
    return purge


def remove_left_behind(run: PurgeRun) -> int:
    """Remove the files of a run that are still there: it was killed, or the storage went away. Returns how many.

    Raises `Unavailable` where it is away still: then no file is there, and none is removed.
    """
    if not clinical_storage().exists(""):
        raise storage_away()
    removed = 0
    for purge in in_chunks(run.purges.select_related("image"), by=["pk"]):
        for name in names_of(purge.image, original=purge.original, shown=purge.shown):
            if clinical_storage().exists(name):
                _remove(purge.image, [name])
                removed += 1
    return removed


def _sizes(image: SmearImage, names: list[str]) -> list[int]:
    storage = clinical_storage()
    if not storage.exists(""):
        raise storage_away()
    found = []
    for name in names:
        if not storage.exists(name):
            raise Conflict(_("A file is missing already: see the verification."), code="file_missing")
        found.append(storage.size(name))
        if name == image.original.name and found[-1] != image.byte_size:
            raise Conflict(
                _("The original is not the one that was received: see the verification."), code="file_swapped"
            )
    return found


def _remove(image: SmearImage, names: list[str]) -> None:
    """Raises `Unavailable` where the storage does not answer: the next run removes what is left."""
    try:
        for name in names:
            clinical_storage().delete(name)
    except OSError as error:
        raise storage_away() from error
    if image.display_sha256:
        kept_pixels().remove(image.display_sha256)
