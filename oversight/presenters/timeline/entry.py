"""One thing that happened to a case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrPromise

KINDS: dict[str, StrPromise] = {
    "steps": _("Steps of the case"),
    "images": _("Images"),
    "machine": _("Model"),
    "cells": _("Cells"),
    "talk": _("Second opinions and discussion"),
    "reports": _("Reports and signatures"),
    "delivery": _("Delivery and acknowledgement"),
    "access": _("Who viewed it"),
}
SAME_SITTING = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, when, and by whom (empty for the system). `details` are further lines, `link` a page.

    `times` counts entries that were merged into this one, and `until` is when the last of them was.
    Entries of one `alike` ("{number} images received") fold into one that holds them in `folds`.
    """

    at: datetime
    kind: str
    text: str
    who: str = ""
    details: tuple[str, ...] = field(default=())
    link: str = ""
    tone: str = ""
    times: int = 1
    until: datetime | None = None
    alike: str = ""
    folds: tuple[Entry, ...] = field(default=())

    @property
    def name(self) -> str:
        """The kind in words."""
        return str(KINDS[self.kind])


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Return `entries` newest first, equal ones of one sitting as one.

    Only neighbours that say the same of the same person are merged, so the order of what happened stays.
    """
    found: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.kind), reverse=True):
        last = found[-1] if found else None
        same = last is not None and (last.kind, last.text, last.who, last.details, last.link) == (
            entry.kind,
            entry.text,
            entry.who,
            entry.details,
            entry.link,
        )
        if last is not None and same and last.at - entry.at <= SAME_SITTING:
            found[-1] = replace(last, at=entry.at, times=last.times + 1, until=last.until or last.at)
        else:
            found.append(entry)
    return found


def folded(entries: Iterable[Entry]) -> list[Entry]:
    """Return `entries` (newest first) with runs of alike ones as one entry that holds them.

    Runs may be interleaved, as images are received while others are analysed; any other entry ends them, so the
    order of what happened stays.
    """
    found: list[Entry] = []
    runs: dict[tuple[str, str], int] = {}
    for entry in entries:
        if not entry.alike:
            runs.clear()
            found.append(entry)
            continue
        key = (entry.alike, entry.who)
        if key not in runs:
            runs[key] = len(found)
            found.append(entry)
        else:
            found[runs[key]] = _together(found[runs[key]], entry)
    return found


def _together(newer: Entry, older: Entry) -> Entry:
    folds = (*(newer.folds or (newer,)), older)
    return replace(
        newer,
        at=older.at,
        until=newer.until or newer.at,
        text=newer.alike.replace("{number}", str(len(folds))),
        details=(),
        folds=folds,
    )
