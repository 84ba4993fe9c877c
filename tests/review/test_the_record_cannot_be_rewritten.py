"""Actions and decisions refuse UPDATE and DELETE in the database; past the guards the digest tells."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from audit.triggers import missing_triggers
from cases.models import Cell
from review.action_digest import action_digest
from review.models import Decision, ReviewAction
from tests.append_only import triggers_lifted

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(act, cells):
    """One action with one decision."""
    return act("label", cells[0], label="monocyte").action


def refused(sql, match="append-only"):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", ["review_reviewaction", "review_decision"])
def test_sql_cannot_change_or_remove_what_was_done(action, table):
    column = "reason" if table == "review_reviewaction" else "ai_label"
    refused(f"UPDATE {table} SET {column} = 'x'")
    refused(f"DELETE FROM {table}")
    assert missing_triggers(connection, table) == []


def test_sql_cannot_move_a_cell(action):
    refused("UPDATE cases_cell SET x = x + 1", match="change refused")


@pytest.mark.parametrize(
    "change", [{"removed": True}, {"exclusion_reason": "smudge"}, {"excluded": True, "exclusion_reason": "mood"}]
)
def test_the_database_refuses_what_cannot_be(action, change):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.filter(decisions__action=action).update(**change)


def test_a_change_past_the_guards_no_longer_fits_the_audit_trail(action):
    event = AuditEvent.objects.get(object_type="review.reviewaction", object_id=str(action.pk))
    assert action_digest(ReviewAction.objects.get(), Decision.objects.all()) == event.after["sha256"]
    decision = Decision.objects.get()
    # PostgreSQL alters no table with constraints waiting to be checked.
    connection.check_constraints()
    with triggers_lifted(connection):
        Decision.objects.update(after={**decision.after, "label": "basophil"})
        connection.check_constraints()
    assert action_digest(ReviewAction.objects.get(), Decision.objects.all()) != event.after["sha256"]
