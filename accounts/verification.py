"""Whether people have the roles that somebody gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import User
from audit.models import Action
from audit.selectors import last_digest, missing_records, said_about
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON = User._meta.label_lower


def check_people() -> Iterator[Finding]:
    """Every account is there, with the role that the audit trail saw given last. One made on the command line has none."""
    for pk in missing_records(User, action=Action.CREATE):
        yield Finding(PERSON, pk, "It was made, the audit trail says, and is no longer in the record.")
    for people in chunks_of(User.objects.order_by("pk"), by=("pk",)):
        said = said_about(PERSON, [str(user.pk) for user in people])
        for user in people:
            given = last_digest(said.get(str(user.pk), []), "role")
            if given is not None and given != user.role:
                yield Finding(PERSON, str(user.pk), "Its role is not the one that was given last.")
