"""Errors that are a result, not a defect: each carries a sentence for the person who asked.

Services raise these; the web shows the sentence, the API answers problem+json (RFC 9457) with the
same sentence. Anything else that is raised is a defect: it is logged, shown generically, re-raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _(sentence: str) -> str:
    """Have a sentence taken up into the catalogues; it is translated when it is said.

    Django's own is not imported for it: the processes that open what strangers sent know these errors and no Django.
    """
    return sentence


class DomainError(Exception):
    """A refusal the caller can understand and act on.

    `sentence` is shown to people, in their language, and therefore never names a patient; `code` is stable and meant
    for programs; `status` is the HTTP status of the answer; `details` holds coded extra members
    of the problem document (limits, found type), never identifying values.
    """

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "bad_request"
    default_sentence: ClassVar[str | StrPromise] = _("This request cannot be carried out.")

    def __init__(
        self,
        sentence: str = "",
        *,
        code: str = "",
        details: dict[str, object] | None = None,
    ) -> None:
        self.sentence = sentence or self._default()
        self.code = code or self.default_code
        self.details = details or {}
        super().__init__(self.sentence)

    def _default(self) -> str:
        from django.utils.translation import gettext

        return gettext(str(self.default_sentence))


class PermissionRefused(DomainError):
    """The person is known and may not do this."""

    status = 403
    default_code = "permission_refused"
    default_sentence = _("You may not do this.")


class NotFound(DomainError):
    """There is no such record for this person; a foreign record answers the same."""

    status = 404
    default_code = "not_found"
    default_sentence = _("There is no such record.")


class Conflict(DomainError):
    """The record's present state does not allow this."""

    status = 409
    default_code = "conflict"
    default_sentence = _("The record's state does not allow this.")


class PreconditionFailed(DomainError):
    """The record changed since the caller read it (`If-Match`)."""

    status = 412
    default_code = "precondition_failed"
    default_sentence = _("The record was changed by somebody else. Read it again and retry.")


class TooLarge(DomainError):
    """More bytes or pixels than the limit."""

    status = 413
    default_code = "too_large"
    default_sentence = _("This is larger than the limit.")


class UnsupportedMedia(DomainError):
    """The content is of a kind that is not accepted."""

    status = 415
    default_code = "unsupported_media"
    default_sentence = _("This kind of file is not accepted.")


class Unprocessable(DomainError):
    """The content is of an accepted kind and cannot be used."""

    status = 422
    default_code = "unprocessable"
    default_sentence = _("This cannot be used as it is.")


class TooManyAttempts(DomainError):
    """Tried too often; waiting helps."""

    status = 429
    default_code = "too_many_attempts"
    default_sentence = _("There were too many attempts. Wait a while, then try again.")


class Gone(DomainError):
    """The record is here and what it points at is not, or is something else now."""

    status = 410
    default_code = "gone"
    default_sentence = _("What was kept here is not here any more.")


class Unavailable(DomainError):
    """A part that this needs does not answer now; trying again later helps."""

    status = 503
    default_code = "unavailable"
    default_sentence = _("A part of the installation does not answer at the moment. Try again in a moment.")


class NoRoom(DomainError):
    """The disk is full, or nearly so; nothing was kept."""

    status = 507
    default_code = "no_room"
    default_sentence = _(
        "There is no room left on the disk of the installation. Nothing was kept; tell whoever operates it."
    )
