"""What people said about a case, emptied when its patient becomes a pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from consult.models import ClinicThreadEntry, Comment, SecondOpinion
from consult.verification import clinic_entry_digest, comment_digest, opinion_digest, text_digest

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

REMOVED = gettext_noop("Removed with the identity of the patient.")
"""Why an opinion was closed, in the place of what somebody wrote: an opinion that was closed says why."""


def forget_words(*, actor: User, case: Case, reason: str) -> None:
    """Empty the discussion of a locked `case`, what its clinic was written, and what colleagues were asked and answered.

    It is free text about a person. Who said something when, and the labels of second opinions, stay.
    """
    scope = scope_of(case)
    for comment in Comment.objects.filter(case=case).exclude(text=""):
        # Rows that the database guards: it lets this one column become empty.
        Comment.objects.filter(pk=comment.pk).update(text="")
        comment.text = ""
        said = {"fields": ["text"], "sha256": text_digest(""), "row": comment_digest(comment)}
        record(actor=actor, action=Action.UPDATE, target=comment, reason=reason, after=said, **scope)
    for entry in ClinicThreadEntry.objects.filter(thread__case=case).exclude(text=""):
        ClinicThreadEntry.objects.filter(pk=entry.pk).update(text="")
        entry.text = ""
        said = {"fields": ["text"], "sha256": text_digest(""), "row": clinic_entry_digest(entry)}
        record(actor=actor, action=Action.UPDATE, target=entry, reason=reason, after=said, **scope)
    for opinion in SecondOpinion.objects.filter(case=case):
        forgotten = {"question": "", "words": "", "closing": REMOVED if opinion.closing else ""}
        emptied = [name for name, value in forgotten.items() if getattr(opinion, name) != value]
        if not emptied:
            continue
        for name in emptied:
            setattr(opinion, name, forgotten[name])
        opinion.save(update_fields=emptied)
        said = {"fields": emptied, "row": opinion_digest(opinion)}
        record(actor=actor, action=Action.UPDATE, target=opinion, reason=reason, after=said, **scope)
