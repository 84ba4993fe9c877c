"""Whoever takes the triggers off and changes the audit trail is found."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from audit.models import AuditEvent, ChainHead
from audit.services import record, verify_chain
from audit.triggers import drop_statements
from tests.append_only import triggers_lifted

pytestmark = pytest.mark.django_db

TABLE = AuditEvent._meta.db_table


@pytest.fixture
def five_events(db):
    """Five events of the system."""
    return [record(actor=None, action="view", object_id=str(number)) for number in range(5)]


def forced(statement):
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'nothing happened'",
        "actor_name = 'Somebody Else'",
        "outcome = 'denied'",
        "at = '2001-01-01 00:00:00+00:00'",
        """after = '{"x": 1}'""",
    ],
)
def test_a_changed_event_is_named(five_events, change):
    forced(f"UPDATE {TABLE} SET {change} WHERE id = 3")
    found = verify_chain().first_break
    assert found.position == 3
    assert "changed" in found.sentence


def test_a_removed_event_is_named(five_events):
    forced(f"DELETE FROM {TABLE} WHERE id = 2")
    found = verify_chain().first_break
    assert found.position == 2
    assert "missing" in found.sentence


def test_events_cut_off_the_end_are_missed(five_events):
    forced(f"DELETE FROM {TABLE} WHERE id > 3")
    found = verify_chain().first_break
    assert found.position == 4
    assert "5 were written" in found.sentence


def test_an_emptied_audit_trail_is_not_an_intact_one(five_events):
    forced(f"DELETE FROM {TABLE}")
    assert not verify_chain().intact


def test_a_lost_head_is_found(five_events):
    ChainHead.objects.all().delete()
    assert verify_chain().first_break.position == 6


def test_a_forged_head_is_found(five_events):
    ChainHead.objects.update(hash="0" * 64)
    assert "head" in verify_chain().first_break.sentence


def test_a_recomputed_event_breaks_the_next_link(five_events):
    from audit import chain

    event = AuditEvent.objects.get(pk=3)
    event.reason = "rewritten"
    forced(f"UPDATE {TABLE} SET reason = 'rewritten', hash = '{chain.digest(event)}' WHERE id = 3")
    found = verify_chain().first_break
    assert found.position == 4
    assert "does not follow" in found.sentence


def test_missing_triggers_alone_are_reported(five_events):
    with connection.cursor() as cursor:
        cursor.execute(drop_statements(connection.vendor, TABLE)[0])
    assert "no longer refuses" in verify_chain().first_break.sentence


def test_the_command_fails_and_names_the_first_break(five_events):
    forced(f"UPDATE {TABLE} SET reason = 'x' WHERE id IN (2, 4)")
    with pytest.raises(CommandError, match="Broken at event 2:") as failure:
        call_command("verify_audit")
    assert failure.value.returncode == 1
