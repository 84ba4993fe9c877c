"""A decision changed in the database, guards taken off, is found by `verify_decisions`."""

from __future__ import annotations

import io
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from cases.models import Cell
from oversight.services.decision_check import check_decisions
from review.models import Decision, ReviewAction
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.append_only import triggers_lifted
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db
DECISIONS, ACTIONS = Decision._meta.db_table, ReviewAction._meta.db_table


@pytest.fixture
def reviewed(amina, pavel):
    """A case of two cells: one confirmed, one called a monocyte."""
    made = specimen(by=amina, state="ready", number=1, version=model_version())
    claim(actor=pavel, case=made.case)
    first, second = made.cells
    act(pavel, made, first, "confirm")
    act(pavel, made, second, "label", label="monocyte")
    return made


def act(pavel, made, cell, kind, **more):
    cell.refresh_from_db()
    return apply_action(
        actor=pavel, case=made.case, action_id=uuid.uuid4(), kind=kind, cells=[(cell.pk, cell.revision)], **more
    )


def forced(statement, values=()):
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_what_was_decided_holds(reviewed):
    found = check_decisions()
    assert found.faults == []
    assert (found.actions, found.cells) == (2, 2)
    said = io.StringIO()
    call_command("verify_decisions", stdout=said)
    assert "2 actions, 2 cells" in said.getvalue()


def test_undone_and_excluded_cells_hold_too(reviewed, pavel):
    act(pavel, reviewed, reviewed.cells[0], "exclude", reason_code="smudge")
    apply_action(actor=pavel, case=reviewed.case, action_id=uuid.uuid4(), kind="undo")
    apply_action(actor=pavel, case=reviewed.case, action_id=uuid.uuid4(), kind="redo")
    assert check_decisions().faults == []


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {DECISIONS} SET ai_label = 'basophil'",
        f"UPDATE {ACTIONS} SET reason = 'because'",
        f"DELETE FROM {DECISIONS}",
    ],
)
def test_the_database_refuses_first(reviewed, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {DECISIONS} SET ai_label = 'basophil' WHERE id = (SELECT MAX(id) FROM {DECISIONS})",
        f"UPDATE {DECISIONS} SET ai_score = 0.1 WHERE id = (SELECT MAX(id) FROM {DECISIONS})",
        f"UPDATE {ACTIONS} SET kind = 'confirm' WHERE number = 2",
        f"UPDATE {ACTIONS} SET at = '2001-01-01 00:00:00+00:00' WHERE number = 2",
        f"DELETE FROM {DECISIONS} WHERE id = (SELECT MAX(id) FROM {DECISIONS})",
    ],
)
def test_a_forced_change_is_named(reviewed, statement):
    action = ReviewAction.objects.get(number=2)
    forced(statement)
    assert any(f"Action {action.pk}" in fault and "changed" in fault for fault in check_decisions().faults)
    with pytest.raises(CommandError, match="changed after it was written"):
        call_command("verify_decisions")
    event = AuditEvent.objects.first()
    assert (event.action, event.outcome) == ("verify", "failure")


def test_the_page_of_the_audit_trail_says_the_verdict_and_no_ids(client, olga, reviewed):
    client.force_login(olga)
    page = client.post("/oversight/verify-decisions/", follow=True).content.decode()
    assert "Every decision holds: 2 actions on 2 cells." in page
    forced(f"UPDATE {ACTIONS} SET kind = 'confirm' WHERE number = 2")
    page = client.post("/oversight/verify-decisions/", follow=True).content.decode()
    assert "Decisions do not hold (1)." in page
    outcomes = AuditEvent.objects.filter(action="verify", actor_id=olga.pk).values_list("outcome", "reason")
    assert sorted(outcomes) == [("failure", ""), ("success", "")]


def test_a_removed_action_is_missed(reviewed):
    action = ReviewAction.objects.get(number=1)
    forced(f"DELETE FROM {DECISIONS} WHERE id = (SELECT MIN(id) FROM {DECISIONS})")
    forced(f"DELETE FROM {ACTIONS} WHERE number = 1")
    faults = check_decisions().faults
    assert any(
        "is in the audit trail and no longer in the record" in fault and str(action.pk) in fault for fault in faults
    )
    assert any("some are missing" in fault for fault in faults)
    assert any("nobody decided on it" in fault for fault in faults)


def test_an_action_slipped_in_has_no_event(reviewed, pavel):
    ReviewAction.objects.create(case=reviewed.case, number=3, by=pavel, kind="flag")
    assert any("no event in the audit trail" in fault for fault in check_decisions().faults)


def test_a_cell_called_otherwise_behind_the_record_is_found(reviewed):
    cell = reviewed.cells[0]
    Cell.objects.filter(pk=cell.pk).update(label="platelet")
    assert check_decisions().faults == [f"Cell {cell.pk} is not what was decided last."]


def test_guards_taken_off_are_told(reviewed):
    from audit.triggers import drop_statements

    with connection.cursor() as cursor:
        cursor.execute(drop_statements(connection.vendor, DECISIONS)[0])
    assert any("no longer refuses" in fault for fault in check_decisions().faults)
