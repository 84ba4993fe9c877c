"""The list of a class: students of the laboratory come in at once, others are invited and come in when they accept.

Colleagues join by themselves, with the code: a class shows its teacher what its people answer.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, Role, User
from accounts.services import require_invitations
from audit.models import Action
from audit.services import events_last, record
from education.models import ExpectedMember, GroupMember, StudentGroup
from education.services.class_invitations import expect
from education.services.student_groups import enter, open_group, people_of
from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Organisation

MOST_ROWS = 200
_LONGEST_NAME = 200
_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One line. `fate` is one of inside, enters, joins, expected, invited, refused; a refused one says why in `error`."""

    line: int
    name: str
    email: str
    fate: str
    error: str = ""
    person: User | None = None


def read_list(*, actor: User, group: StudentGroup, text: str) -> list[ListedPerson]:
    """What a list would do: lines of name and e-mail, with comma, semicolon or tab; a first line of headings is left out.

    Raises `Unprocessable` for a list without a line or with more than `MOST_ROWS`.
    """
    lines = [(number, line) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1) if line.strip()]
    if lines and "@" not in lines[0][1]:
        lines = lines[1:]
    if not lines:
        raise Unprocessable(_("There is no line with an e-mail address."), code="empty")
    if len(lines) > MOST_ROWS:
        raise Unprocessable(
            _("A list has at most %(most)s lines; this one has %(n)s.") % {"most": MOST_ROWS, "n": len(lines)},
            code="too_long",
        )
    parts = [(number, *_parts(line)) for number, line in lines]
    return _fates(actor, group, parts)


def take_list(*, actor: User, pk: UUID, text: str) -> list[ListedPerson]:
    """Bring in and invite everybody of a list, or nobody where a line is refused; who has not accepted is invited again.

    A worker sends the invitations. Raises `NotFound`, `Conflict` (a closed class), `PermissionRefused`, `Unprocessable`, and
    `TooManyAttempts` where it were more invitations than a teacher sends in a day.
    """
    with transaction.atomic(), events_last():
        group = open_group(actor, pk)
        rows = read_list(actor=actor, group=group, text=text)
        if any(row.fate == "refused" for row in rows):
            raise Unprocessable(_("Mend the lines with an error first. Nothing was sent."), code="refused")
        coming = [row.person for row in rows if row.fate == "enters" and row.person is not None]
        enter(group, coming)
        invited = [(row.email, row.name) for row in rows if row.fate in {"invited", "expected"}]
        require_invitations(actor, len(invited))
        expect(group, actor, invited)
        record(
            actor=actor,
            action=Action.UPDATE,
            target=group,
            laboratory_id=group.laboratory_id,
            reason="Class list taken.",  # not translated
            after={fate: sum(row.fate == fate for row in rows) for fate in ("enters", "invited", "expected")}
            | {"people": [str(person.pk) for person in coming]},
        )
    return rows


def welcome(*, user: User, **_others: Any) -> None:
    """Put somebody who has accepted an invitation into the classes that expect them; a receiver of `invitation_accepted`."""
    for expected in ExpectedMember.objects.filter(email=user.email, group__laboratory=user.laboratory):
        group = StudentGroup.objects.select_for_update().get(pk=expected.group_id)
        enter(group, [user])
        expected.delete()


def _parts(line: str) -> tuple[str, str]:
    separator = next((sign for sign in ("\t", ";") if sign in line), ",")
    try:
        cells = [" ".join(cell.split()) for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error:
        return "", ""
    if len(cells) != _COLUMNS:
        return "", ""
    name, email = (cells[1], cells[0]) if "@" in cells[0] and "@" not in cells[1] else (cells[0], cells[1])
    return name, User.objects.normalize_email(email)


def _fates(actor: User, group: StudentGroup, parts: list[tuple[int, str, str]]) -> list[ListedPerson]:
    emails = {email for _, _, email in parts}
    near = {person.email: person for person in people_of(actor).filter(email__in=emails)}
    taken = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    inside = set(GroupMember.objects.filter(group=group, left_at__isnull=True).values_list("person_id", flat=True))
    awaited = set(group.expected.filter(email__in=emails).values_list("email", flat=True))
    open_ones = list(Invitation.objects.open().filter(email__in=emails))
    seen: set[str] = set()
    rows = []
    for number, name, email in parts:
        error = _error(name, email, seen)
        seen.add(email)
        person = near.get(email)
        if error:
            row = ListedPerson(number, name, email, "refused", error)
        elif person is not None:
            row = ListedPerson(number, name, email, _fate_here(person, inside), person=person)
        else:
            mine = [each for each in open_ones if each.email == email]
            row = _stranger(number, name, email, mine, group.laboratory, taken=email in taken)
            if row.fate == "invited" and email in awaited:
                row = replace(row, fate="expected")
        rows.append(row)
    return rows


def _fate_here(person: User, inside: set[UUID]) -> str:
    if person.pk in inside:
        return "inside"
    return "enters" if person.role == Role.STUDENT else "joins"


def _stranger(
    number: int, name: str, email: str, invitations: list[Invitation], laboratory: Organisation, *, taken: bool
) -> ListedPerson:
    to_learn_here = [
        each for each in invitations if each.role == Role.STUDENT and each.organisation_id == laboratory.pk
    ]
    # One sentence for all of these: a list must not tell who has an account at another laboratory.
    if taken or len(to_learn_here) < len(invitations):
        return ListedPerson(number, name, email, "refused", _("This person cannot be invited. Ask your administrator."))
    return ListedPerson(number, name, email, "expected" if to_learn_here else "invited")


def _error(name: str, email: str, seen: set[str]) -> str:
    if not email:
        return _("A line has a name and an e-mail address, with a comma between them.")
    try:
        validate_email(email)
    except ValidationError:
        return _("This is not an e-mail address.")
    if not name:
        return _("The name is missing.")
    if len(name) > _LONGEST_NAME:
        return _("This name is too long.")
    if email in seen:
        return _("This address stands in the list twice.")
    return ""
