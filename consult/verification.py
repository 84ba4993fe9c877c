"""Whether comments are what was written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from audit.models import Action
from audit.selectors import last_digest, missing_records, said_about
from consult.models import Comment
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = Comment._meta.label_lower


def text_digest(text: str) -> str:
    """The hash of what a comment says: what was said stays out of the audit trail, that it is unchanged can be shown."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_comments() -> Iterator[Finding]:
    """Every comment is there and says what was written."""
    for pk in missing_records(Comment, action=Action.CREATE):
        yield Finding(COMMENT, pk, "It was written, the audit trail says, and is no longer in the record.")
    for comments in chunks_of(Comment.objects.all(), by=("pk",)):
        said = said_about(COMMENT, [str(comment.pk) for comment in comments])
        for comment in comments:
            known = said.get(str(comment.pk), [])
            if not known:
                yield Finding(COMMENT, str(comment.pk), "The audit trail does not know it.")
            elif last_digest(known, "sha256") != text_digest(comment.text):
                yield Finding(COMMENT, str(comment.pk), "It does not say what was written.")
            elif last_digest(known, "case") != str(comment.case_id):
                yield Finding(COMMENT, str(comment.pk), "It stands at another case than the one it was written about.")
