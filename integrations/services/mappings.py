"""Mappings: a new one from the rows everybody starts from, and new versions. A version that stands is never changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from hematovision.errors import Conflict, Unprocessable
from integrations.connection_verification import mapping_version_digest
from integrations.mapping_checks import unknown_in
from integrations.mapping_rows import default_rows, faults_of
from integrations.models import Mapping, MappingVersion
from integrations.permissions import must_connect
from integrations.stored_sentences import in_words

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from integrations.mapping_rows import Rows

FURTHEST = dt.timedelta(days=366)


def create_mapping(*, actor: User, laboratory: Organisation, name: str) -> Mapping:
    """Add a mapping whose first version, in force at once, has LOINC, UCUM and nothing of the laboratory's own.

    Raises `PermissionRefused`, `NotFound` (foreign laboratory), `Unprocessable` without a name, `Conflict` for one that is taken.
    """
    must_connect(actor=actor, laboratory=laboratory)
    said = " ".join(name.split())
    if not said or len(said) > 80:
        sentence = _("Give the mapping a name of at most 80 letters.")
        raise Unprocessable(sentence, code="bad_name", details={"errors": {"name": [sentence]}})
    try:
        with transaction.atomic():
            mapping = Mapping.objects.create(laboratory=laboratory, name=said)
            record(actor=actor, action=Action.CREATE, target=mapping, after={"name": said})
            _add(actor, mapping, number=1, rows=default_rows(), effective_from=timezone.now(), note="")
    except IntegrityError as error:
        sentence = _("The laboratory already has a mapping of this name.")
        raise Conflict(sentence, code="duplicate_name", details={"errors": {"name": [sentence]}}) from error
    return mapping


def save_version(
    *, actor: User, mapping: Mapping, rows: Rows, effective_from: dt.datetime, note: str, seen: int
) -> MappingVersion:
    """Add a version that is in force from a time on: now, or later.

    `seen` is the number of the version it was made from. Raises `PermissionRefused`, `NotFound`, `Conflict` where somebody else
    was faster or nothing is new, `Unprocessable` (`details.faults`) for rows that cannot be looked up in.
    """
    must_connect(actor=actor, laboratory=mapping.laboratory)
    check_rows(rows, mapping.laboratory)
    now = timezone.now()
    if effective_from > now + FURTHEST:
        sentence = _("A version begins within a year.")
        raise Unprocessable(sentence, code="bad_begin", details={"errors": {"effective_from": [sentence]}})
    with transaction.atomic():
        stored = Mapping.objects.select_for_update(of=("self",)).get(pk=mapping.pk)
        last = stored.versions.latest("number")
        if last.number != seen:
            raise Conflict(
                _("Version %(number)s was saved meanwhile. Look at it, then change that.") % {"number": last.number},
                code="changed_meanwhile",
            )
        if last.rows == rows:
            raise Conflict(_("These rows are those of the version before."), code="nothing_new")
        # What is past stays as it was looked up: a version begins now at the earliest.
        return _add(actor, stored, last.number + 1, rows, max(effective_from, now), note)


def check_rows(rows: Rows, laboratory: Organisation) -> None:
    """Refuse rows that cannot be looked up in, or name what is not there; raises `Unprocessable` with `details.faults`."""
    faults = [in_words(fault) for fault in faults_of(rows)] or list(unknown_in(rows, laboratory))
    if faults:
        raise Unprocessable(" ".join(faults), code="bad_rows", details={"faults": faults})


def _add(
    actor: User, mapping: Mapping, number: int, rows: Rows, effective_from: dt.datetime, note: str
) -> MappingVersion:
    version = MappingVersion.objects.create(
        mapping=mapping,
        number=number,
        effective_from=effective_from,
        rows=rows,
        note=" ".join(note.split())[:300],
        saved_by=actor,
    )
    record(
        actor=actor,
        action=Action.CREATE,
        target=version,
        laboratory_id=mapping.laboratory_id,
        after={
            "mapping": str(mapping.pk),
            "number": number,
            "effective_from": effective_from,
            "rows": {table: len(found) for table, found in rows.items()},
            "row": mapping_version_digest(version),
        },
    )
    return version
