"""Which stored answer about a case or an order is given again under its `Idempotency-Key`."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from cases.models import Case, Order
from cases.models.restriction import restricted_patients
from cases.services.audit_trail import record_view


def allow_second_answer(caller: User, record: Case | Order) -> None:
    """Record that `caller`, who sees `record`, is answered about it again; 404 while its patient is restricted.

    Not even to who sees restricted patients: the answer says what was said of the patient before the restriction, and
    before the pseudonymisation that may have followed. They read the record itself.
    """
    if restricted_patients().filter(patient=record.patient_id).exists():
        raise Http404
    record_view(actor=caller, target=record, after={"what": "second answer"})
