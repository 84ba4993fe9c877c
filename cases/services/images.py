"""Images: receive one, take it through its states, read its pixels, make what the screen shows."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.conf import upload_max_bytes, upload_quota_bytes
from cases.imaging import ImageFacts, encode_jpeg, jpeg_tables
from cases.models import Case, ImageTransition, SmearImage, TakenOut
from cases.permissions import may_send_images, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.cases import settle_case
from cases.services.decoding import decode_stored, examine_upload
from cases.services.draft_fields import require_replaceable, take_out_locked
from cases.services.field_returns import note_retake, vacate_returned
from cases.services.microscopes import find_microscope
from cases.services.refused_uploads import announce_refusal
from cases.services.transitions import lock_case, lock_image, step_image
from cases.services.uploads import StoredOriginal, measure
from cases.signals import image_received
from cases.states import RETAKING_STATES, CaseState, ImageState
from cases.stored_files import open_original
from cases.verification import image_digest
from hematovision.away import is_no_room
from hematovision.disk import require_room
from hematovision.errors import Conflict, NoRoom, TooLarge
from microscopes.selectors import MicroscopeSource, Suggestion
from microscopes.services import note_choice

if TYPE_CHECKING:
    from uuid import UUID

    import numpy as np
    from django.core.files.base import File
    from numpy.typing import NDArray

    from accounts.models import User
    from cases.imaging.display import JpegTables
    from microscopes.models import Microscope

# A case of ten fields is opened over 64 kbit/s as well: these are some 6 KB each.
THUMBNAIL_PX = 240
_THUMBNAIL_QUALITY = 70
_DAY = timedelta(days=1)


@announce_refusal
def receive_image(
    *,
    actor: User,
    case: Case,
    upload: File[bytes],
    microscope: Microscope | None = None,
    automatic: bool = True,
    replaces: SmearImage | None = None,
) -> tuple[SmearImage, bool]:
    """Add what somebody sent to a case; returns the image and whether it is new.

    The same bytes in the same case give the image there is. The type comes from the content, every pixel is
    decoded before anything is kept, and the bytes are kept as they came under a name of our own. If anything
    fails nothing is left behind, no row and no file. After commit `cases.signals.image_received` is sent.
    Without a `microscope` the probable one is found (see `microscopes.selectors.suggest`), unless not `automatic`.
    A field of the draft that it `replaces`, or one that was sent back, is taken out, as retaken, and gives its place to it.

    Raises `NotFound` (case not visible), `PermissionRefused`, `Conflict` (the case takes no images now, or code `same_file`:
    what would replace a field is in the case already, or code `taken_out`: the field was),
    `UnsupportedMedia`, `TooLarge`, `NoRoom` or `Unprocessable` (also a microscope that the case has not),
    `DecodersBusy`, each with the sentence shown beside the file.
    """
    must_see(actor=actor, record_=case)
    if not may_send_images(actor):
        refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not add images to cases."))
    refuse_closed(case, replaces=replaces)
    received = measure(upload, max_bytes=upload_max_bytes())
    existing = _same_bytes(case, received.sha256)
    if existing is not None:
        return _already_there(existing, replaces), False
    refuse_over_quota(actor, received.byte_size)
    require_room(received.byte_size)
    facts = examine_upload(received.file)
    found = find_microscope(actor=actor, case=case, camera=facts.camera, chosen=microscope, automatic=automatic)
    try:
        with StoredOriginal(received) as original, transaction.atomic():
            lock_case(case)
            refuse_closed(case, replaces=replaces)
            place = None if replaces is None else _vacate(actor, case, replaces)
            image = _insert(actor=actor, case=case, original=original, facts=facts, found=found, place=place)
            if replaces is not None:
                note_retake(actor=actor, replaced=replaces, image=image)
    except IntegrityError:
        # Two requests with the same bytes: the other one was first.
        existing = _same_bytes(case, received.sha256)
        if existing is None:
            raise
        return _already_there(existing, replaces), False
    except (OSError, OperationalError) as error:
        if is_no_room(error):
            raise NoRoom from error
        raise
    return image, True


def transition_image(*, image: SmearImage, to: ImageState, actor: User | None = None, reason: str = "") -> SmearImage:
    """Take an image one step; `actor=None` is the worker.

    For rejected and failed `reason` is the sentence shown beside the image. Raises `Conflict` for a step that is
    not allowed, `NotFound` for an image the actor does not see.
    """
    if actor is not None:
        must_see(actor=actor, record_=image)
    with transaction.atomic():
        lock_image(image)
        step_image(image=image, to=to, by=actor, reason=reason)
    return image


def load_upright_rgb(image: SmearImage) -> NDArray[np.uint8]:
    """Return the image's pixels, upright, as (H, W, 3) uint8 sRGB, decoded from the original bytes.

    Raises as `cases.stored_files.open_original`: of bytes that are not those received nothing may be reported.
    """
    with open_original(image, afresh=True) as file:
        return decode_stored(file)


def make_display_copy(image: SmearImage, *, rgb: NDArray[np.uint8] | None = None) -> SmearImage:
    """Write the metadata-free display copy and the thumbnail, once; run in the worker.

    `rgb` is the upright image, (H, W, 3) uint8, where the caller has decoded it already. The copy of a JPEG is no larger than
    the original where its pixels were kept as they lay; of anything else it is a JPEG whose loss nobody sees, much smaller
    than an uncompressed or lossless original. What decides is classified from the original, never from the copy.
    """
    if image.display and image.thumbnail:
        return image
    if rgb is None:
        rgb = load_upright_rgb(image)
    display = encode_jpeg(rgb, like=_tables_of(image))
    thumbnail = encode_jpeg(rgb, quality=_THUMBNAIL_QUALITY, longest_side=THUMBNAIL_PX)
    image.display.save("display.jpg", ContentFile(display), save=False)
    image.thumbnail.save("thumbnail.jpg", ContentFile(thumbnail), save=False)
    image.display_sha256 = hashlib.sha256(display).hexdigest()
    made = {"display": image.display.name, "thumbnail": image.thumbnail.name, "display_sha256": image.display_sha256}
    # update(): without a lock, for the other images of the case must not wait while files are written.
    if not SmearImage.objects.filter(Q(display="") | Q(thumbnail=""), pk=image.pk).update(**made):
        # Another worker was first; what it made is what people see.
        for copy in (image.display, image.thumbnail):
            copy.storage.delete(str(copy.name))
        image.refresh_from_db(fields=list(made))
    return image


def _tables_of(image: SmearImage) -> JpegTables | None:
    """The tables of an original whose pixels nothing was done to: a turned or recoloured image is rounded anew whatever they are."""
    if image.media_type != "image/jpeg" or image.conversions:
        return None
    with open_original(image) as file:
        return jpeg_tables(file)


def _same_bytes(case: Case, sha256: str) -> SmearImage | None:
    there = SmearImage.objects.exclude(state=ImageState.TAKEN_OUT)
    return there.filter(case=case, sha256=sha256).first()


def _already_there(existing: SmearImage, replaces: SmearImage | None) -> SmearImage:
    """The image there is, unless it was to take the place of a field."""
    if replaces is None:
        return existing
    sentence = _("This file is field %(number)s of the case already. Choose the new picture.")
    raise Conflict(sentence % {"number": existing.ordinal}, code="same_file")


def _vacate(actor: User, case: Case, image: SmearImage) -> int:
    """Take a field of a locked draft, or one that was sent back, out for another that replaces it; returns its place."""
    lock_image(image)
    require_replaceable(case, image)
    if image.state == ImageState.RETURNED:
        return vacate_returned(actor=actor, image=image)
    take_out_locked(actor=actor, image=image, reason=TakenOut.RETAKEN)
    return image.ordinal


def _insert(
    *,
    actor: User,
    case: Case,
    original: StoredOriginal,
    facts: ImageFacts,
    found: Suggestion | None,
    place: int | None,
) -> SmearImage:
    """Write the row at `place`, else after the last."""
    # One that was sent back keeps its place.
    numbered = SmearImage.objects.exclude(state=ImageState.TAKEN_OUT)
    last = numbered.filter(case=case).aggregate(last=Max("ordinal"))["last"] or 0
    image = SmearImage(
        case=case,
        ordinal=place or last + 1,
        sha256=original.received.sha256,
        media_type=facts.media_type,
        byte_size=original.received.byte_size,
        width=facts.width,
        height=facts.height,
        conversions=list(facts.conversions),
        camera=facts.camera,
        microscope=found.microscope if found else None,
        microscope_source=found.source if found else "",
        uploaded_by=actor,
    )
    image.original = original.save_as(image)
    image.save(force_insert=True)
    ImageTransition.objects.create(image=image, to_state=ImageState.RECEIVED, by=actor)
    if found is not None and found.source == MicroscopeSource.CHOSEN:
        note_choice(microscope=found.microscope)
    # Whoever follows the case is told of the image.
    case.save(update_fields=["updated_at"])
    # A case that was ready waits for the model again.
    settle_case(case=case)
    record(
        actor=actor,
        action=Action.CREATE,
        target=image,
        after={
            "sha256": image.sha256,
            "media_type": image.media_type,
            "byte_size": image.byte_size,
            "microscope": str(found.microscope.pk) if found else None,
            "row": image_digest(image),
        },
        **scope_of(image),
    )
    image_id = image.pk
    transaction.on_commit(lambda: _announce(image_id))
    return image


def _announce(image_id: UUID) -> None:
    """Tell the listeners; one that fails must not turn a stored image into an error for its sender."""
    image_received.send_robust(sender=SmearImage, image_id=image_id)


def refuse_closed(case: Case, *, replaces: SmearImage | None = None) -> None:
    """Raise `Conflict` where the case takes no images now, or not the one that `replaces` a field that was sent back."""
    retakes = replaces is not None and replaces.state == ImageState.RETURNED and case.state in RETAKING_STATES
    if not (case.accepts_images or retakes):
        shown = case.get_state_display().lower()
        sentence = _("The case is %(state)s and takes no further images.") % {"state": shown}
        raise Conflict(sentence, code="state", details={"state": CaseState(case.state).value})


def refuse_over_quota(actor: User, byte_size: int) -> None:
    """Raise `TooLarge` where `byte_size` more are over what `actor` may send in a day."""
    since = timezone.now() - _DAY
    sent = SmearImage.objects.filter(uploaded_by=actor, uploaded_at__gte=since).aggregate(sum=Sum("byte_size"))
    quota = upload_quota_bytes()
    if (sent["sum"] or 0) + byte_size > quota:
        raise TooLarge(
            _("You have sent %(gigabytes)s GB in 24 hours, which is the limit. Go on later, or ask your administrator.")
            % {"gigabytes": f"{quota / 1e9:.3g}"},
            code="quota_exceeded",
            details={"quota_bytes": quota},
        )
