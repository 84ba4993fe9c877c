"""A form is carried out once, however often it is sent under the same id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from offline.models import SentForm

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.http import HttpResponse

    from accounts.models import User


def once(*, actor: User, key: uuid.UUID, path: str, carry_out: Callable[[], HttpResponse]) -> HttpResponse | str:
    """Return the answer of `carry_out`; where this form was carried out before, the address that its answer led to.

    An answer that leads elsewhere is a success. Any other is a question or a refusal: nothing is kept of it, and the form may
    be sent again. Two requests at the same moment: the second waits for the first at the unique constraint.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                sent = SentForm.objects.create(by=actor, key=key, path=path)
        except IntegrityError:
            return SentForm.objects.get(by=actor, key=key).location
        answer = carry_out()
        location = answer.headers.get("Location", "")
        if answer.status_code in {302, 303} and location:
            sent.location = location
            sent.save(update_fields=["location"])
        else:
            sent.delete()
    return answer
