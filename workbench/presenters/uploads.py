"""What a page that sends files tells its script, and which files of a case are not finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from cases.conf import upload_max_bytes
from cases.models import Upload

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case
    from cases.models.upload import UploadQuerySet


def sending_facts() -> dict[str, Any]:
    """Return what every form that sends files says: how large one may be, and which cookie has the token at the time."""
    return {"max_bytes": upload_max_bytes(), "csrf_cookie": settings.CSRF_COOKIE_NAME}


def unfinished_uploads(user: User, case: Case) -> UploadQuerySet:
    """Return what `user` began to send to `case` and may still finish, asked for only where a page shows it."""
    return Upload.objects.visible_to(user).open().filter(case=case)
