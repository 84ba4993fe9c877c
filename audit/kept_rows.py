"""Rows whose fingerprint is kept in the events that write them: whether each still gives it, and which never had one.

An app says once for each model what is hashed of a row, and its services put the same hash into the event of every write:

    PEOPLE = KeptRows(User, person_digest)
    record(..., target=user, after={"role": role, "row": person_digest(user)})

Rows written before their fingerprints were kept are counted and not called broken. `manage.py fingerprint_rows` gives each of
them one, as it is then; from then on a row without one was written by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.models import Action, AuditEvent, Outcome
from audit.selectors import last_digest, missing_records, said_about
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding, Older

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import Model, QuerySet

    from hematovision.verifications import Found

_CHUNK = 500
FINGERPRINTED = "fingerprinted"
"""Member of the event which says that every row of a kind has a fingerprint from now on."""


def always(_kept: str) -> bool:
    """Any fingerprint can be compared: it was made without a key."""
    return True


@dataclass(frozen=True, slots=True)
class KeptRows:
    """What is kept of the rows of one model.

    `digest` is what is hashed of a row; `member` is where its events keep it. `comparable` says whether a kept fingerprint
    can be compared today: one under a key that is gone cannot. `known` is for models whose every writer has always written
    an event, `stays` for rows that nothing removes. Reading a row may raise `unreadable`.
    """

    model: type[Model]
    digest: Callable[[Any], str]
    member: str = "row"
    changed: str = "It was changed after it was written."  # not translated
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    comparable: Callable[[str], bool] = always
    known: bool = False
    stays: bool = True
    unreadable: tuple[type[Exception], ...] = ()

    @property
    def kind(self) -> str:
        """The object type of these rows in the audit trail."""
        return self.model._meta.label_lower

    def check(self) -> Iterator[Found]:
        """Every row is there and gives the fingerprint that was kept last; then how many never had one."""
        if self.stays:
            for pk in missing_records(self.model, action=Action.CREATE, member=self.member):
                yield Finding(self.kind, pk, "It was written, the audit trail says, and is no longer in the record.")
        every_one = self._has_every_row()
        older = 0
        for rows in chunks_of(self.model._default_manager.only("pk"), by=("pk",), size=_CHUNK):
            ids = [str(row.pk) for row in rows]
            said = said_about(self.kind, ids)
            for pk, row in self._loaded(ids):
                about = said.get(pk, [])
                kept = last_digest(about, self.member)
                if (self.known and not about) or (every_one and kept is None):
                    yield Finding(self.kind, pk, "The audit trail does not know it.")
                elif row is None:
                    yield Finding(self.kind, pk, "It opens with none of the field keys.")
                elif kept is None or not self.comparable(kept):
                    older += 1
                elif kept != self.digest(row):
                    yield Finding(self.kind, pk, self.changed)
        if older:
            yield Older(self.kind, older)

    def without(self, ids: Sequence[str]) -> list[str]:
        """Return which of the rows have no fingerprint that can be compared today."""
        said = said_about(self.kind, ids)
        found = {pk: last_digest(said.get(pk, []), self.member) for pk in ids}
        return [pk for pk, kept in found.items() if kept is None or not self.comparable(kept)]

    def rows(self) -> QuerySet[Any]:
        """The rows with what their digest reads."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        return (
            rows.select_related(*self.related).prefetch_related(*self.prefetched)
            if self.related
            else (rows.prefetch_related(*self.prefetched))
        )

    def _has_every_row(self) -> bool:
        done = AuditEvent.objects.filter(object_type=self.kind, object_id="", outcome=Outcome.SUCCESS)
        return done.filter(action=Action.CONFIGURATION, after__has_key=FINGERPRINTED).exists()

    def _loaded(self, ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Each row, or None where it cannot be read, which must not hide the others."""
        try:
            loaded = list(self.rows().filter(pk__in=ids))
        except self.unreadable:
            loaded = []
            for pk in ids:
                try:
                    loaded += self.rows().filter(pk=pk)
                except self.unreadable:
                    yield pk, None
        yield from ((str(row.pk), row) for row in loaded)


_KEPT: list[KeptRows] = []


def keep(*kept: KeptRows) -> None:
    """Have `fingerprint_rows` cover these rows; an app calls it in `AppConfig.ready`."""
    _KEPT.extend(kept)


def all_kept() -> list[KeptRows]:
    """Everything whose fingerprints are kept in events."""
    return list(_KEPT)
