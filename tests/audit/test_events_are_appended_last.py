"""Long transactions append their events at their end, so that the head of the chain is locked for a short time."""

from __future__ import annotations

import pytest
from django.db import transaction

from audit.models import AuditEvent
from audit.services import events_last, record, verify_chain

pytestmark = pytest.mark.django_db


def said():
    return list(AuditEvent.objects.order_by("id").values_list("reason", flat=True))


def test_events_come_in_their_order_when_the_block_ends():
    record(actor=None, action="view", reason="before")
    with events_last():
        first = record(actor=None, action="view", reason="first")
        record(actor=None, action="view", reason="second")
        assert said() == ["before"]
    record(actor=None, action="view", reason="after")
    assert said() == ["before", "first", "second", "after"]
    assert first.pk == 2
    assert verify_chain().intact


def test_an_event_goes_with_the_savepoint_that_it_tells_of():
    with events_last():
        record(actor=None, action="view", reason="kept")
        with transaction.atomic():
            record(actor=None, action="view", reason="gone")
            transaction.set_rollback(True)
    assert said() == ["kept"]
    assert verify_chain().intact


def test_nothing_is_written_of_a_transaction_that_fails():
    def fail():
        with events_last():
            record(actor=None, action="view", reason="gone")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    record(actor=None, action="view", reason="later")
    assert said() == ["later"]


def test_one_inside_another_is_part_of_it():
    with events_last():
        with events_last():
            record(actor=None, action="view", reason="inner")
        assert said() == []
        record(actor=None, action="view", reason="outer")
    assert said() == ["inner", "outer"]
