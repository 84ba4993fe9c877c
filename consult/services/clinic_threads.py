"""Writing to each other, laboratory and clinic, so that it stays; the laboratory begins and ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from cases.permissions import must_see, refuse
from cases.selectors import people_at_clinic_of
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.services.validation import clean_record
from consult.models import ClinicThread, ClinicThreadEntry
from consult.permissions import answers_clinic_thread, leads_clinic_thread
from consult.verification import clinic_entry_digest, clinic_thread_digest, text_digest
from hematovision.errors import Conflict, Unprocessable
from notices.services import close_notifications, notify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.models import Case

KIND = "clinic_thread"
ASKED = gettext_noop("The laboratory wrote to you about a case.")
ANSWERED = gettext_noop("The clinic wrote to you about a case.")


def write_to_clinic_thread(*, actor: User, case: Case, text: str) -> ClinicThreadEntry:
    """Add to the open thread of a case with its clinic; the laboratory's first entry opens one. The other side is told.

    Raises `NotFound`, `PermissionRefused`, `Unprocessable` for an empty or too long text, and for the clinic `Conflict` (code `closed`) where none is open.
    """
    must_see(actor=actor, record_=case)
    leads = leads_clinic_thread(actor, case)
    if not leads and not answers_clinic_thread(actor, case):
        refuse(
            actor=actor,
            target=case,
            sentence=gettext_noop("This thread is between the laboratory and the clinic of the case."),
        )
    text = text.strip()
    if not text:
        raise Unprocessable(_("Write something first."), code="empty_entry")
    with transaction.atomic():
        lock_case(case)
        thread = ClinicThread.objects.open().filter(case=case).first()
        if thread is None:
            if not leads:
                raise Conflict(_("The laboratory has closed this thread."), code="closed")
            thread = _open(actor, case)
        entry = ClinicThreadEntry(thread=thread, by=actor, at=timezone.now(), text=text)
        clean_record(entry)
        entry.save(force_insert=True)
        people: Iterable[User] = people_at_clinic_of(case) if leads else _at_laboratory(thread)
        notify(
            recipients=[person for person in people if person.pk != actor.pk],
            kind=KIND,
            subject_id=thread.pk,
            text=ASKED if leads else ANSWERED,
            path=reverse("consult:clinic_thread", args=[case.pk]),
        )
        record(
            actor=actor,
            action=Action.CREATE,
            target=entry,
            after={
                "case": str(case.pk),
                "thread": str(thread.pk),
                "sha256": text_digest(text),
                "row": clinic_entry_digest(entry),
            },
            **scope_of(case),
        )
    return entry


def close_clinic_thread(*, actor: User, case: Case) -> ClinicThread:
    """End the open thread of a case with its clinic; what was written stays, and the laboratory may begin another.

    Raises `NotFound`, `PermissionRefused`, `Conflict` (code `closed`) where none is open.
    """
    must_see(actor=actor, record_=case)
    if not leads_clinic_thread(actor, case):
        refuse(actor=actor, target=case, sentence=gettext_noop("The laboratory of the case closes this thread."))
    with transaction.atomic():
        lock_case(case)
        thread = ClinicThread.objects.open().filter(case=case).first()
        if thread is None:
            raise Conflict(_("No thread with the clinic is open."), code="closed")
        thread.closed_by = actor
        thread.closed_at = timezone.now()
        thread.save(update_fields=["closed_by", "closed_at"])
        close_notifications(subject_id=thread.pk)
        after = {"closed": True, "row": clinic_thread_digest(thread)}
        record(actor=actor, action=Action.UPDATE, target=thread, after=after, **scope_of(case))
    return thread


def _open(actor: User, case: Case) -> ClinicThread:
    thread = ClinicThread.objects.create(case=case, opened_by=actor, opened_at=timezone.now())
    after = {"case": str(case.pk), "row": clinic_thread_digest(thread)}
    record(actor=actor, action=Action.CREATE, target=thread, after=after, **scope_of(case))
    return thread


def _at_laboratory(thread: ClinicThread) -> list[User]:
    """Who is told of an answer: those of the laboratory who wrote in the thread, and who reviews the case."""
    wrote = set(thread.entries.order_by().values_list("by", flat=True))
    ids = {thread.opened_by_id, thread.case.owner_id, *wrote}
    people = User.objects.filter(pk__in=ids, organisation=thread.case.laboratory_id)
    return list(people.exclude(role=Role.UPLOADER))
