"""Every event names the one before it, and the chain verifies."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command

from audit import chain
from audit.models import AppendOnlyError, AuditEvent, ChainHead
from audit.services import record, verify_chain

pytestmark = pytest.mark.django_db


def test_an_empty_audit_trail_is_intact():
    assert verify_chain().intact
    assert verify_chain().checked == 0


def test_events_are_numbered_without_gaps_and_linked(amina, pavel):
    start = ChainHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0
    first = record(actor=amina, action="view", target=pavel)
    second = record(actor=None, action="run_ai", object_type="cases.smearimage", object_id="7")
    assert [first.pk, second.pk] == [start + 1, start + 2]
    assert second.previous_hash == first.hash
    assert verify_chain().checked == start + 2
    assert ChainHead.objects.get().hash == second.hash


def test_the_hash_is_sha256_of_the_canonical_form(amina):
    event = record(actor=amina, action="view", before={"b": 1, "a": "é"})
    event.refresh_from_db()
    canonical = chain.canonical(event)
    assert event.hash == hashlib.sha256(canonical).hexdigest()
    content = json.loads(canonical)
    assert list(content) == sorted(content)
    assert "hash" not in content
    assert content["previous_hash"] == event.previous_hash
    assert b" " not in canonical.replace(amina.full_name.encode(), b"")
    assert "é".encode() in canonical


def test_an_event_says_who_as_it_was(amina, central):
    event = record(actor=amina, action="view", target=amina)
    amina.full_name = "Amina Somebody-Else"
    amina.save()
    event.refresh_from_db()
    assert event.actor_id == amina.pk
    assert event.actor_name == "Amina Riverside"
    assert event.actor_role == "uploader"
    assert event.organisation == "riverside-clinic"
    assert event.laboratory_id == central.pk
    assert event.object_type == "accounts.user"
    assert event.object_id == str(amina.pk)


def test_values_no_database_keeps_exactly_still_verify():
    record(
        actor=None,
        action="update",
        reason="nul \x00 and surrogate \ud800",
        before={"float": 1e16, "nan": float("nan"), "decimal": Decimal("1.50"), "set": {2, 1}},
        after={"when": datetime(2026, 5, 4, tzinfo=UTC), "id": uuid.UUID(int=1), "nested": [{"x": 0.1}]},
    )
    assert verify_chain().intact
    assert AuditEvent.objects.get().before["float"] == "1e+16"


def test_a_reason_longer_than_the_column_does_not_stop_the_record():
    assert len(record(actor=None, action="cancel", reason="r" * 2000).reason) == 500


def test_a_rolled_back_act_leaves_no_event_and_no_gap(amina):
    from django.db import transaction

    before = ChainHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0
    with transaction.atomic():
        record(actor=amina, action="view")
        transaction.set_rollback(True)
    event = record(actor=amina, action="view")
    assert event.pk == before + 1
    assert verify_chain().intact


def test_code_cannot_change_or_remove_events(amina):
    event = record(actor=amina, action="view")
    event.reason = "changed"
    for change in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(reason="x"),
        lambda: AuditEvent.objects.bulk_create([AuditEvent(at=event.at)]),
        lambda: AuditEvent.objects.create(at=event.at, action="view", outcome="success"),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def test_the_command_says_how_many_events_hold(amina):
    record(actor=amina, action="view")
    said = io.StringIO()
    call_command("verify_audit", "--without-checkpoints", stdout=said)
    assert "intact: 1 event, head" in said.getvalue()
