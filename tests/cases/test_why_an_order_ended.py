"""Why an order ended is words, of another system perhaps: kept with its step alone, guarded, verified, and emptied once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from cases.models import CaseTransition, OrderTransition
from cases.order_verification import check_orders
from cases.services.orders import cancel_order, open_case_of_order, reject_order
from cases.triggers import AppendOnlyButEmptied
from tests.append_only import triggers_lifted
from tests.factories.orders import waiting_order

pytestmark = pytest.mark.django_db
WHY = "Adaeze Sample went home."


@pytest.fixture
def ended(amina):
    """An order cancelled after its case was opened."""
    order = waiting_order(amina, "P-1")
    open_case_of_order(actor=amina, order=order)
    order.refresh_from_db()
    return cancel_order(actor=amina, order=order, reason=WHY)


def last_step(order):
    return OrderTransition.objects.filter(order=order).last()


def findings():
    return "\n".join(map(str, check_orders()))


def test_it_stands_with_the_step_of_the_order_and_nowhere_else(ended):
    assert last_step(ended).reason == WHY
    assert CaseTransition.objects.filter(case=ended.case).last().reason == "Its order was cancelled."
    assert "Adaeze" not in "".join(f"{event.reason}{event.before}{event.after}" for event in AuditEvent.objects.all())


def test_why_a_laboratory_rejects_an_order_too(amina, pavel):
    order = reject_order(actor=pavel, order=waiting_order(amina, "P-1"), reason_code="other", reason=WHY)
    event = AuditEvent.objects.get(object_id=str(order.pk), action="transition")
    assert (event.reason, event.after["reason_code"]) == ("", "other")
    assert findings() == ""


@pytest.mark.parametrize(
    "change", [{"reason": "Another."}, {"to_state": "rejected"}, {"by": None}, {"by": None, "reason": ""}]
)
def test_the_database_changes_nothing_of_it(ended, change):
    with pytest.raises(DatabaseError), transaction.atomic():
        OrderTransition.objects.filter(order=ended).update(**change)


def test_nor_puts_words_where_there_were_none(ended):
    with pytest.raises(DatabaseError), transaction.atomic():
        OrderTransition.objects.filter(order=ended, reason="").update(reason="Because.")


def test_the_database_removes_none(ended):
    with pytest.raises(DatabaseError), transaction.atomic():
        OrderTransition.objects.filter(order=ended).delete()


def test_it_may_become_empty_which_a_verification_names(ended):
    assert findings() == ""
    OrderTransition.objects.filter(order=ended).update(reason="")
    assert "Why it took its steps was changed" in findings()


def test_other_words_are_named(ended):
    with triggers_lifted(connection):
        OrderTransition.objects.filter(order=ended).exclude(reason="").update(reason="Another.")
    assert "Why it took its steps was changed" in findings()


def test_the_migration_spells_the_guard_as_it_was_made():
    made = AppendOnlyButEmptied("table", ["a"], emptied="b")
    name, positional, named = made.deconstruct()
    assert (name, positional, named) == ("AppendOnlyButEmptied", ["table", ["a"]], {"emptied": "b"})
