"""Taking a picture to try: under the limits of clinical uploads, and with nothing kept but its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.conf import upload_max_bytes
from cases.imaging import encode_jpeg
from cases.services.decoding import decode_upload
from cases.services.images import THUMBNAIL_PX
from cases.services.uploads import measure
from cases.storage import clinical_storage
from hematovision.celery import hint_on_commit
from hematovision.disk import require_room
from hematovision.errors import PermissionRefused, Unprocessable
from sandbox.models import TriedPicture
from sandbox.permissions import may_try, why_not
from sandbox.services.limits import refuse_over_limit
from sandbox.services.turns import turn
from sandbox.services.waiting import ANSWER, RANK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.core.files.base import File

    from accounts.models import User
    from sandbox.models import HeatMap

MICROMETRES = (0.01, 5.0)
"""The scales a microscope can have, um/px."""


def receive_picture(
    *,
    actor: User | AnonymousUser,
    upload: File[bytes],
    confirmed: bool,
    address_digest: str = "",
    um_per_px: float | None = None,
    label_first: bool = False,
) -> TriedPicture:
    """Keep the pixels of what somebody sent for a day and have the model asked about them.

    `address_digest` is a visitor's (`limits.digest_of`); of an account it is not kept. `confirmed` says that the sender
    ticked that the picture shows no patient's name and is not used for care. The file is decoded under the limits of
    clinical uploads and dropped. Raises `PermissionRefused`, `TooManyAttempts`, and as
    `cases.services.decoding.examine_upload` does, with the same sentences.
    """
    if not may_try(actor):
        raise PermissionRefused(why_not(actor))
    if not confirmed:
        raise Unprocessable(
            _("Tick that the picture shows no patient's name and is not used for care."), code="not_confirmed"
        )
    low, high = MICROMETRES
    if um_per_px is not None and not low <= um_per_px <= high:
        raise Unprocessable(
            _("A scale is between %(low)s and %(high)s micrometres per pixel.") % {"low": low, "high": high},
            code="scale",
        )
    owner = None if actor.is_anonymous else actor
    digest = "" if owner else address_digest
    refuse_over_limit(owner=owner, address_digest=digest)
    received = measure(upload, max_bytes=upload_max_bytes())
    require_room(received.byte_size)
    with turn():
        rgb = decode_upload(received.file)
        height, width = rgb.shape[:2]
        display = encode_jpeg(rgb)
        small = encode_jpeg(rgb, quality=75, longest_side=THUMBNAIL_PX)
        # A large picture is not held while files are written.
        del rgb
    tried = TriedPicture(
        owner=owner,
        address_digest=digest,
        width=width,
        height=height,
        um_per_px=um_per_px,
        label_first=label_first,
    )
    try:
        tried.picture.save("picture.jpg", ContentFile(display), save=False)
        tried.thumbnail.save("thumbnail.jpg", ContentFile(small), save=False)
        with transaction.atomic():
            tried.save(force_insert=True)
            hint_on_commit(ANSWER, tried.pk, rank=RANK)
    except BaseException:
        remove_files(files_of(tried, []))
        raise
    return tried


def files_of(tried: TriedPicture, heat_maps: Iterable[HeatMap]) -> list[str]:
    """The names of the files of a picture and of these heat maps of it."""
    files = [tried.picture, tried.thumbnail, *(each.picture for each in heat_maps)]
    return [str(file.name) for file in files if file]


def remove_files(names: Iterable[str]) -> None:
    """Remove files from the storage; safe when some are gone."""
    for name in names:
        clinical_storage().delete(name)
