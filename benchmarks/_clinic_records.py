"""What is written about the cases of `benchmarks/_clinics.py` once they are read: sealed reports and the audit trail."""

import datetime as dt
import itertools
import random
import string
from typing import Any

from benchmarks._rows import MINUTES, PATHOLOGISTS, Writer, as_uuid, drawn

_EVENTS_PER_CASE = 47
_SEALED = 40_000
_BATCH = 5000


def write_reports(writer: Writer) -> None:
    """A sealed report a closed case and its delivery, the newest three per cent of them not yet acknowledged."""
    from inbox.models import Acknowledgement, Delivery
    from reports.models import Report, Signature

    uploader = writer.uuid("'uploader'")
    closed = round(writer.cases * 0.96)
    done = f"i <= {round(writer.cases * 0.93)}"
    sealed = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=1_000_000))
    digest = "md5('{0}' || i) || md5('{0}-' || i)"
    writer.run("CREATE TEMPORARY TABLE made_seal (text text)")
    writer.run("INSERT INTO made_seal VALUES (%s)", [sealed])
    writer.insert(
        Report,
        {
            "id": writer.uuid("'report' || i"),
            "case_id": writer.uuid("'case' || i"),
            "version": "1",
            "sealed": f"substr(text, 1 + {drawn('i', 12, 900_000)}, {_SEALED})",
            "content_sha256": digest.format("content"),
            "pdf": "'reports/none.sealed'",
            "pdf_sha256": digest.format("pdf"),
            "pdf_size": "1000",
            "images_sha256": digest.format("images"),
            "digest": digest.format("digest"),
            "created_at": writer.ago("minutes - 4"),
        },
        f"made_cases, made_seal WHERE i <= {closed}",
    )
    writer.insert(
        Signature,
        {
            "report_id": writer.uuid("'report' || i"),
            "signer_id": writer.uuid(f"'pathologist' || {drawn('i', 2, PATHOLOGISTS)}"),
            "signer_name": "'Pathologist'",
            "signer_role": "'pathologist'",
            "meaning": "'Reviewed and signed'",
            "signed_at": writer.ago("minutes - 4"),
            "method": "'password'",
            "digest": digest.format("signature"),
        },
        f"made_cases WHERE i <= {closed}",
    )
    writer.insert(
        Delivery,
        {
            "id": writer.uuid("'delivery' || i"),
            "report_id": writer.uuid("'report' || i"),
            "case_id": writer.uuid("'case' || i"),
            "organisation_id": writer.uuid("'clinic' || clinic"),
            "critical": f"{drawn('i', 13, 100)} < 2",
            "created_at": writer.ago("minutes - 4"),
            "opened_at": f"CASE WHEN {done} THEN {writer.ago('minutes - 5')} END",
            "opened_by_id": f"CASE WHEN {done} THEN {uploader} END",
            "settled_at": f"CASE WHEN {done} THEN {writer.ago('minutes - 5')} END",
            "next_step_at": writer.ago("minutes - 1440"),
        },
        f"made_cases WHERE i <= {closed}",
    )
    writer.insert(
        Acknowledgement,
        {
            "delivery_id": writer.uuid("'delivery' || i"),
            "by_id": writer.uuid("'uploader'"),
            "by_name": "'Uploader'",
            "by_role": "'uploader'",
            "at": writer.ago("minutes - 5"),
        },
        f"made_cases WHERE {done}",
    )


def write_events(cases: int) -> None:
    """The audit trail of all that, chained event by event as the platform does it."""
    from django.db.models import QuerySet
    from django.utils import timezone

    from accounts.models import User
    from audit import chain
    from audit.models import Action, AuditEvent, ChainHead, Outcome

    rng = random.Random(1)
    actors = list(User.objects.select_related("organisation"))
    actions = [Action.VIEW] * 12 + [Action.RECLASSIFY, Action.REVIEW, Action.SEARCH, Action.RUN_AI, Action.TRANSITION]
    head, _ = ChainHead.objects.get_or_create(pk=ChainHead.THE_ONE)
    first, number = timezone.now() - dt.timedelta(minutes=MINUTES), cases * _EVENTS_PER_CASE

    def made() -> Any:
        for step in range(number):
            who = rng.choice(actors)
            case = min(cases, 1 + step * cases // number + rng.randrange(50))
            event = AuditEvent(
                id=head.position + 1,
                at=first + dt.timedelta(minutes=MINUTES * step / number),
                actor_id=who.pk,
                actor_name=who.full_name,
                actor_role=who.role,
                organisation=who.organisation.slug,
                laboratory_id=who.laboratory.pk,
                request_id=f"{step:032x}",
                action=rng.choice(actions),
                object_type="cases.case",
                object_id=str(as_uuid(f"case{case}")),
                patient_id=as_uuid(f"patient{case % max(1, cases // 3)}"),
                outcome=Outcome.SUCCESS if rng.random() < 0.999 else Outcome.DENIED,
                after={"part": "page"},
                previous_hash=head.hash,
            )
            event.hash = chain.digest(event)
            head.position, head.hash = event.pk, event.hash
            yield event

    rows = made()
    while batch := list(itertools.islice(rows, _BATCH)):
        # The events' own manager refuses rows in bulk, and this is no event that happened.
        QuerySet(AuditEvent).bulk_create(batch)
    head.save()
