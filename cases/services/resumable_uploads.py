"""Resumable uploads: begin one, add the bytes that came, end it. Why like this: docs/adr/0058."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, ClassVar

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.conf import upload_max_bytes, upload_quota_bytes
from cases.models import Case, Upload, UploadState
from cases.models.upload import when_kept_until
from cases.permissions import may_send_images, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.draft_fields import require_replaceable
from cases.services.images import receive_image, refuse_closed, refuse_over_quota
from cases.services.upload_pieces import keep_piece, put_together, read_piece, remove_pieces, spooled
from cases.services.uploads import too_large
from cases.states import ImageState
from cases.storage import clinical_storage
from hematovision.away import is_no_room
from hematovision.disk import require_room
from hematovision.errors import Conflict, DomainError, Gone, NoRoom, TooLarge, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from cases.models import SmearImage
    from microscopes.models import Microscope

MOST_PIECES = 4000
_FINAL_STATUSES = frozenset({403, 404, 409, 413, 415, 422})
_LATER_CODES = frozenset({"quota_exceeded"})


class WrongOffset(Conflict):
    """A piece does not begin where the last one ended; `details["offset"]` says where that is."""

    default_code: ClassVar[str] = "wrong_offset"

    def __init__(self, offset: int) -> None:
        sentence = _("The next byte is number %(offset)s: send from there.") % {"offset": offset}
        super().__init__(sentence, details={"offset": offset})


def begin_upload(
    *,
    actor: User,
    case: Case,
    length: int,
    client_id: str = "",
    sha256: str = "",
    name: str = "",
    microscope: Microscope | None = None,
    automatic: bool = True,
    replaces: SmearImage | None = None,
) -> tuple[Upload, bool]:
    """Begin to send a file of `length` bytes to a case; returns the upload and whether it is new.

    The same `client_id` of the same person in the same case is the upload there is, finished or not. Quotas count what is
    not finished with its whole length. Raises as `receive_image`, and `ValidationError`.
    """
    must_see(actor=actor, record_=case)
    if not may_send_images(actor):
        refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not add images to cases."))
    there = _begun(actor, case, client_id)
    if there is not None:
        return there, False
    refuse_closed(case, replaces=replaces)
    if replaces is not None:
        require_replaceable(case, replaces)
    if length < 1:
        raise Unprocessable(_("The file is empty."), code="empty_file")
    if length > upload_max_bytes():
        raise too_large(upload_max_bytes())
    refuse_over_quota(actor, length + _bytes_begun(by=actor))
    _refuse_too_much_begun(actor, length)
    require_room(length)
    upload = Upload(
        case=case,
        by=actor,
        length=length,
        client_id=client_id,
        sha256=sha256,
        name=name,
        microscope=microscope,
        automatic=automatic,
        replaces=replaces,
    )
    upload.full_clean()
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
            record(actor=actor, action=Action.CREATE, target=upload, after={"length": length}, **scope_of(case))
    except IntegrityError:
        # Two requests under the same name: the other one was first.
        there = _begun(actor, case, client_id)
        if there is None:
            raise
        return there, False
    return upload, True


def add_bytes(
    *, actor: User, upload: Upload, offset: int, read: Callable[[int], bytes], stated: int, checksum: str = ""
) -> Upload:
    """Keep what comes from byte `offset` on, and make the image with the last byte.

    `read` gives the next bytes of a body of `stated` bytes; where it ends early, what came is kept. Two requests at once
    cannot both be first: the row takes a piece only where the one before ended.

    Raises `WrongOffset`, `Gone` (the upload ended), `NoRoom`, as `read_piece`, and with the last byte as `receive_image`; a
    refusal of the file ends the upload, whatever passes by itself (`DecodersBusy`, `NoRoom`, the quota) leaves it open.
    """
    if upload.state == UploadState.FINISHED:
        if offset != upload.length or stated:
            raise WrongOffset(upload.length)
        return upload
    require_open(upload)
    if offset != upload.received:
        raise WrongOffset(upload.received)
    missing = upload.length - offset
    # The last piece is not kept: the whole file is put together beside the pieces, and stored once more.
    require_room(2 * upload.length if stated == missing else stated)
    try:
        with spooled() as piece:
            size = read_piece(read, piece, stated=stated, most=missing, checksum=checksum)
            if size == missing:
                _finish(actor, upload, piece)
            elif size:
                _keep(upload, piece, size)
    except OSError as error:
        if is_no_room(error):
            raise NoRoom from error
        raise
    return upload


def cancel_upload(*, actor: User, upload: Upload) -> None:
    """End an upload that its sender gives up; nothing of it is kept. One that ended stays as it is."""
    if upload.state == UploadState.OPEN:
        _end(upload, UploadState.CANCELLED, actor=actor)


def require_open(upload: Upload) -> None:
    """Raise `Gone` where the upload ended without an image, or its time is over."""
    if upload.state == UploadState.FINISHED:
        return
    if upload.state != UploadState.OPEN or upload.expires_at <= timezone.now():
        raise Gone(_("This upload has ended. Begin a new one."), code="upload_ended")


def expire_uploads() -> int:
    """End the uploads of which no bytes came for a week; returns how many."""
    late = list(Upload.objects.filter(state=UploadState.OPEN, expires_at__lte=timezone.now()))
    for upload in late:
        _end(upload, UploadState.EXPIRED)
    return len(late)


def end_uploads_to(*, actor: User, case: Case) -> None:
    """End every upload to a case that is not finished: nothing of its patient may be left."""
    for upload in Upload.objects.filter(case=case, state=UploadState.OPEN):
        _end(upload, UploadState.REFUSED, actor=actor, reason="pseudonymisation")


def _begun(actor: User, case: Case, client_id: str) -> Upload | None:
    if not client_id:
        return None
    found = Upload.objects.filter(
        by=actor, case=case, client_id=client_id, state__in=[UploadState.OPEN, UploadState.FINISHED]
    ).first()
    if found is not None and found.state == UploadState.OPEN and found.expires_at <= timezone.now():
        _end(found, UploadState.EXPIRED)
        return None
    return found


def _bytes_begun(**whose: Any) -> int:
    """The lengths of uploads that are not finished, together."""
    return Upload.objects.open().filter(**whose).aggregate(sum=Sum("length"))["sum"] or 0


def _refuse_too_much_begun(actor: User, length: int) -> None:
    """What one organisation has begun and not finished is bounded as what one person sends in a day."""
    quota = upload_quota_bytes()
    if _bytes_begun(by__organisation=actor.organisation_id) + length > quota:
        raise TooLarge(
            _("Your organisation has begun too many uploads that are not finished. Finish or cancel some of them."),
            code="quota_exceeded",
            details={"quota_bytes": quota},
        )


def _keep(upload: Upload, piece: IO[bytes], size: int) -> None:
    if len(upload.pieces) >= MOST_PIECES:
        _end(upload, UploadState.REFUSED, actor=upload.by)
        raise Unprocessable(_("The file came in too many pieces. Send it in larger ones."), code="too_many_pieces")
    name = keep_piece(upload.pk, piece, size)
    changed = {
        "received": upload.received + size,
        "pieces": [*upload.pieces, name],
        "expires_at": when_kept_until(),
    }
    # update(): a piece counts only where nobody else's came first, and 200 pieces need no 200 events.
    if not Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN, received=upload.received).update(**changed):
        clinical_storage().delete(name)
        _say_what_is_there(upload)
    for column, value in changed.items():
        setattr(upload, column, value)


def _say_what_is_there(upload: Upload) -> None:
    """Raise for a request that was overtaken by another."""
    upload.refresh_from_db()
    require_open(upload)
    raise WrongOffset(upload.received)


def _finish(actor: User, upload: Upload, last: IO[bytes]) -> None:
    """Make the image. Until that is done the last piece is still missing: a process that ends here leaves nothing half done."""
    with spooled() as whole:
        try:
            sha256 = put_together(upload.pieces, last, whole)
        except FileNotFoundError as error:
            upload.refresh_from_db()
            if upload.state == UploadState.FINISHED:
                return
            # As after a backup was restored, which holds no pieces.
            _end(upload, UploadState.EXPIRED)
            raise Gone(_("A piece of this upload is gone. Begin a new one."), code="upload_ended") from error
        try:
            if upload.sha256 and upload.sha256 != sha256:
                sentence = _("What came is not the file that was announced: its SHA-256 is another. Send it again.")
                raise Unprocessable(sentence, code="sha256_mismatch")
            image = _replaced_before(upload, sha256)
            is_new = image is not None
            if image is None:
                image, is_new = receive_image(
                    actor=actor,
                    case=upload.case,
                    upload=File(whole, name="upload"),
                    microscope=upload.microscope,
                    automatic=upload.automatic,
                    replaces=upload.replaces,
                )
        except DomainError as refusal:
            if refusal.status in _FINAL_STATUSES and refusal.code not in _LATER_CODES:
                _end(upload, UploadState.REFUSED, actor=actor, reason=refusal.code)
            raise
    _end(upload, UploadState.FINISHED, actor=actor, image=image, is_new=is_new)


def _replaced_before(upload: Upload, sha256: str) -> SmearImage | None:
    """The image that an earlier try made, where its process ended before the row could say so: it replaces no second time."""
    if upload.replaces is None or upload.replaces.state != ImageState.TAKEN_OUT:
        return None
    made = upload.case.images.counting().filter(sha256=sha256, uploaded_at__gte=upload.created_at)
    return made.filter(uploaded_by=upload.by).first()


def _end(
    upload: Upload,
    state: UploadState,
    *,
    actor: User | None = None,
    reason: str = "",
    image: SmearImage | None = None,
    is_new: bool | None = None,
) -> None:
    """End an open upload and remove what is kept of it; somebody who ended it first is right."""
    changed = {"state": state, "ended_at": timezone.now(), "name": "", "pieces": [], "image": image, "is_new": is_new}
    if image is not None:
        changed["received"] = upload.length
    with transaction.atomic():
        ended = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN).update(**changed)
        if ended:
            after = {"state": state.value, "image": str(image.pk) if image else None}
            record(
                actor=actor, action=Action.UPDATE, target=upload, reason=reason, after=after, **scope_of(upload.case)
            )
    upload.refresh_from_db()
    if ended:
        remove_pieces(upload.pk)
