"""Whether comments, second opinions and what became of them are what was written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.selectors import last_digest, said_about
from cases.identifiers import is_under_present_key, keyed_fingerprint
from consult.models import ClinicThread, ClinicThreadEntry, Comment, SecondOpinion
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from consult.models import Adjudication, Comparison, OpinionCell, OpinionLabel
    from hematovision.verifications import Found

COMMENT = Comment._meta.label_lower
OPINION = SecondOpinion._meta.label_lower


def text_digest(text: str) -> str:
    """The hash of what a comment says: what was said stays out of the audit trail, that it is unchanged can be shown."""
    return hashlib.sha256(text.encode()).hexdigest()


def comment_digest(comment: Comment) -> str:
    """The keyed fingerprint of a comment: what it says, about what, who wrote it and when."""
    return keyed_fingerprint(
        [(comment.pk, comment.case_id, comment.cell_id, comment.by_id, comment.at, comment.text)],
    )


def clinic_thread_digest(thread: ClinicThread) -> str:
    """The fingerprint of a thread with a clinic, without its entries."""
    return fingerprint(
        [(thread.pk, thread.case_id, thread.opened_by_id, thread.opened_at, thread.closed_by_id, thread.closed_at)]
    )


def clinic_entry_digest(entry: ClinicThreadEntry) -> str:
    """The keyed fingerprint of what was written in a thread with a clinic, by whom and when."""
    return keyed_fingerprint([(entry.pk, entry.thread_id, entry.by_id, entry.at, entry.text)])


def opinion_digest(opinion: SecondOpinion) -> str:
    """The keyed fingerprint of a question to a colleague and of the answer, without its cells."""
    return keyed_fingerprint(
        [
            (
                opinion.pk,
                opinion.case_id,
                opinion.asked_by_id,
                opinion.colleague_id,
                opinion.blind,
                opinion.scope,
                opinion.question,
                opinion.state,
                opinion.asked_at,
                opinion.answered_at,
                opinion.words,
                opinion.settled_at,
                opinion.settled_by_id,
                opinion.closing,
            )
        ]
    )


# Under a key: a cell has few classes to be tried, and what a blinded colleague says is nobody's before the answer.
def asked_digest(rows: Iterable[OpinionCell]) -> str:
    """The keyed fingerprint of the cells that a colleague is asked about."""
    return keyed_fingerprint((row.cell_id, row.position) for row in rows)


def given_digest(rows: Iterable[OpinionLabel]) -> str:
    """The keyed fingerprint of labels that were given at once."""
    return keyed_fingerprint((row.cell_id, row.label, row.excluded, row.at) for row in rows)


def compared_digest(rows: Iterable[Comparison]) -> str:
    """The keyed fingerprint of both reviewers' labels, side by side."""
    return keyed_fingerprint(
        (
            row.cell_id,
            row.position,
            row.first_label,
            row.first_excluded,
            row.first_read,
            row.second_label,
            row.second_excluded,
        )
        for row in rows
    )


def adjudicated_digest(rows: Iterable[Adjudication]) -> str:
    """The keyed fingerprint of differences that were adjudicated at once."""
    return keyed_fingerprint(
        (row.comparison_id, row.choice, row.label, row.excluded, row.reason, row.by_id, row.at, row.action_id)
        for row in rows
    )


CLINIC_THREADS = KeptRows(ClinicThread, clinic_thread_digest, known=True)
CLINIC_ENTRIES = KeptRows(ClinicThreadEntry, clinic_entry_digest, comparable=is_under_present_key, known=True)
COMMENTS = KeptRows(Comment, comment_digest, comparable=is_under_present_key, known=True)
OPINIONS = KeptRows(
    SecondOpinion,
    opinion_digest,
    changed="The question or the answer was changed after it was written.",
    comparable=is_under_present_key,
    known=True,
)


def check_clinic_threads() -> Iterator[Found]:
    """Every thread with a clinic is there with its entries, as they were written."""
    yield from CLINIC_THREADS.check()
    yield from CLINIC_ENTRIES.check()


def check_comments() -> Iterator[Found]:
    """Every comment is there and says what was written."""
    yield from COMMENTS.check()
    for comments in chunks_of(Comment.objects.all(), by=("pk",)):
        said = said_about(COMMENT, [str(comment.pk) for comment in comments])
        for comment in comments:
            known = said.get(str(comment.pk), [])
            if known and last_digest(known, "sha256") != text_digest(comment.text):
                yield Finding(COMMENT, str(comment.pk), "It does not say what was written.")
            elif known and last_digest(known, "case") != str(comment.case_id):
                yield Finding(COMMENT, str(comment.pk), "It stands at another case than the one it was written about.")


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of a second opinion: the member of an event that counts them, the one with their fingerprint, and the rows.

    Each event has the fingerprint of those it wrote: all of them, or with `apart` those of one moment.
    """

    counted: str
    member: str
    rows: Callable[[SecondOpinion], Iterable[Any]]
    digest: Callable[[Iterable[Any]], str]
    changed: str
    apart: bool = False


_PARTS = (
    _Part(
        "cells",
        "asked_cells",
        lambda opinion: opinion.asked_cells.all(),
        asked_digest,
        "The cells it asks about are not those that were asked about.",
    ),
    _Part(
        "labels",
        "given_labels",
        lambda opinion: opinion.labels.all(),
        given_digest,
        "The colleague's labels are not those that were given.",
        apart=True,
    ),
    _Part(
        "compared",
        "compared_cells",
        lambda opinion: opinion.comparisons.all(),
        compared_digest,
        "The labels that were compared are not those of the answer.",
    ),
    _Part(
        "settled",
        "adjudications",
        lambda opinion: [row.adjudication for row in opinion.comparisons.all() if hasattr(row, "adjudication")],
        adjudicated_digest,
        "Its differences are not adjudicated as they were.",
        apart=True,
    ),
)


def check_opinions() -> Iterator[Found]:
    """Every second opinion is there with its question, labels, answer and adjudication as they were written."""
    yield from OPINIONS.check()
    opinions = SecondOpinion.objects.prefetch_related("asked_cells", "labels", "comparisons__adjudication")
    for chunk in chunks_of(opinions, by=("pk",), size=50):
        said = said_about(OPINION, [str(opinion.pk) for opinion in chunk])
        for opinion in chunk:
            for part in _PARTS:
                if not _is_as_written(part, opinion, said.get(str(opinion.pk), [])):
                    yield Finding(OPINION, str(opinion.pk), part.changed)


def _is_as_written(part: _Part, opinion: SecondOpinion, said: list[dict[str, Any]]) -> bool:
    """Whether the rows give the fingerprints of the events that wrote them; older events and other keys prove nothing."""
    kept = [str(after.get(part.member, "")) for after in said if after.get(part.counted)]
    if not all(is_under_present_key(each) for each in kept):
        return True
    rows = list(part.rows(opinion))
    moments = groupby(sorted(rows, key=attrgetter("at")), key=attrgetter("at")) if part.apart else [(None, rows)]
    return sorted(kept) == sorted(part.digest(list(group)) for _, group in moments if rows)
