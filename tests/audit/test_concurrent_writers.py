"""Events written at the same time still form one chain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from audit.models import AuditEvent
from audit.services import record, verify_chain

WRITERS, EACH = 4, 12


@pytest.mark.django_db(transaction=True)
def test_no_event_is_lost_and_none_shares_a_place():
    def write(writer: int) -> None:
        try:
            for number in range(EACH):
                record(actor=None, action="view", object_id=f"{writer}-{number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert AuditEvent.objects.values("object_id").distinct().count() == WRITERS * EACH
    assert verify_chain().checked == WRITERS * EACH
    assert verify_chain().intact
