"""A signed checkpoint outside the database shows what the chain alone cannot: an audit trail cut short or written anew."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit import chain
from audit.models import AuditEvent, ChainHead
from audit.services import record, verify_chain, write_checkpoint, write_daily_checkpoint
from audit.services.checkpoint_files import checkpoint_files
from hematovision.errors import Conflict
from tests.append_only import triggers_lifted

pytestmark = pytest.mark.django_db
TABLE = AuditEvent._meta.db_table


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    settings.AUDIT_CHECKPOINT_KEYS = ["the first key of the checkpoints of these tests"]
    return tmp_path / "checkpoints"


@pytest.fixture
def seen(amina):
    """Five events and the checkpoint that saw them."""
    for number in range(5):
        record(actor=amina, action="view", object_type="cases.case", object_id=str(number))
    return write_checkpoint(actor=None).checkpoint


def cut_to(position):
    """What somebody with the database password does: cut the end off and write the head to match."""
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE id > {position}")
    last = AuditEvent.objects.get(pk=position)
    ChainHead.objects.update(position=position, hash=last.hash)


def test_an_audit_trail_cut_at_its_end_with_a_head_to_match_shows(seen):
    cut_to(seen.position - 1)
    found = verify_chain().first_break
    assert found.position == seen.position
    assert f"saw {seen.position}" in found.sentence


def test_the_same_cut_without_a_checkpoint_would_pass(seen, folder):
    for path in checkpoint_files():
        path.unlink()
    cut_to(seen.position - 1)
    assert verify_chain().intact


def test_an_audit_trail_written_anew_shows(seen):
    """Every hash recomputed from the changed event on, head included: the chain alone is whole."""
    with triggers_lifted(connection):
        previous = AuditEvent.objects.get(pk=2).hash
        for event in AuditEvent.objects.filter(pk__gt=2).order_by("pk"):
            if event.pk == 3:
                event.reason = "nothing to see"
            event.previous_hash = previous
            previous = chain.digest(event)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {TABLE} SET reason = %s, previous_hash = %s, hash = %s WHERE id = %s",
                    [event.reason, event.previous_hash, previous, event.pk],
                )
        ChainHead.objects.update(hash=previous)
    found = verify_chain().first_break
    assert found is not None
    assert "checkpoint" in found.sentence


def test_events_after_a_checkpoint_do_not_disturb_it(seen, amina):
    record(actor=amina, action="view")
    result = verify_chain()
    assert result.intact
    assert [each.sequence for each in result.checkpoints] == [1]


def test_the_signature_can_be_checked_with_the_public_key_alone(seen):
    said = io.StringIO()
    call_command("audit_checkpoint", "--public-key", stdout=said)
    content = json.loads(checkpoint_files()[0].read_bytes())
    signature = bytes.fromhex(content.pop("signature"))
    signed = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said.getvalue().strip()))
    key.verify(signature, signed)
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed.replace(b'"position":5', b'"position":4'))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data.replace(b'"position":5', b'"position":4'), "signature does not match"),
        (lambda _data: b"{}", "not a checkpoint"),
        (lambda _data: b"\xff\xfe", "not a checkpoint"),
        (lambda _data: b"[]", "not a checkpoint"),
        (lambda data: data.replace(b'"format":1', b'"format":"1"'), "not a checkpoint"),
        (lambda data: data.replace(b",", b", "), "not written as"),
    ],
)
def test_a_changed_checkpoint_is_named(seen, damage, sentence):
    path = checkpoint_files()[0]
    path.chmod(0o640)
    path.write_bytes(damage(path.read_bytes()))
    found = verify_chain().first_break
    assert "checkpoint-000001.json" in found.sentence
    assert sentence in found.sentence


def test_a_forged_key_is_not_ours(seen, settings):
    settings.AUDIT_CHECKPOINT_KEYS = ["somebody else's key, which never signed anything here"]
    assert "not configured here" in verify_chain().first_break.sentence


def test_a_changed_key_signs_and_the_old_one_still_verifies(seen, settings, amina):
    settings.AUDIT_CHECKPOINT_KEYS = ["a new key that was put before the old one", *settings.AUDIT_CHECKPOINT_KEYS]
    record(actor=amina, action="view")
    second = write_checkpoint(actor=None).checkpoint
    assert second.key != seen.key
    assert verify_chain().intact


def test_a_missing_file_in_the_middle_shows(seen, amina):
    for _ in range(2):
        record(actor=amina, action="view")
        write_checkpoint(actor=None)
    checkpoint_files()[1].unlink()
    assert "before checkpoint-000003.json is missing" in verify_chain().first_break.sentence


def test_each_names_the_file_before_it(seen):
    second = write_checkpoint(actor=None).checkpoint
    assert second.previous == hashlib.sha256(checkpoint_files()[0].read_bytes()).hexdigest()


def test_a_broken_chain_is_not_signed_and_the_refusal_is_an_event(seen):
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET reason = 'x' WHERE id = {seen.position + 1}")
    with pytest.raises(Conflict, match=f"Event {seen.position + 1} was changed"):
        write_checkpoint(actor=None)
    assert len(checkpoint_files()) == 1
    event = AuditEvent.objects.first()
    assert (event.action, event.object_type, event.outcome) == ("verify", "audit.checkpoint", "failure")
    with pytest.raises(CommandError, match=f"Event {seen.position + 1}"):
        call_command("audit_checkpoint")


def test_what_a_checkpoint_vouches_for_is_recomputed_on_demand(seen, amina):
    """The nightly walk begins at the last checkpoint, so that it costs what is new."""
    for _ in range(3):
        record(actor=amina, action="view")
    new = verify_chain(whole=False)
    assert (new.since, new.checked, new.intact) == (seen.position, 4, True)
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET reason = 'x' WHERE id = 2")
    assert verify_chain(whole=False).intact
    assert verify_chain().first_break.position == 2
    with pytest.raises(CommandError, match="Event 2"):
        call_command("verify_audit", "--full")
    with pytest.raises(CommandError, match="Event 2"):
        call_command("audit_checkpoint", "--full")


def test_another_event_where_a_checkpoint_was_written_shows_without_the_whole_walk(seen):
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET hash = '{'0' * 64}' WHERE id = {seen.position}")
    assert "checkpoint" in verify_chain(whole=False).first_break.sentence


def test_an_audit_trail_without_any_checkpoint_does_not_pass_unless_told(seen):
    for path in checkpoint_files():
        path.unlink()
    with pytest.raises(CommandError, match="No checkpoint to compare with"):
        call_command("verify_audit")
    call_command("verify_audit", "--without-checkpoints")


@pytest.mark.parametrize("whole", [True, False])
def test_events_that_arrive_during_the_walk_are_no_break(seen, amina, monkeypatch, whole):
    """The walk ends at the head that was read before it began."""
    compare = chain.digest

    def one_more(event):
        digest = compare(event)
        if AuditEvent.objects.count() < seen.position + 5:
            with monkeypatch.context() as quiet:
                quiet.setattr(chain, "digest", compare)
                record(actor=amina, action="view")
        return digest

    monkeypatch.setattr(chain, "digest", one_more)
    assert verify_chain(whole=whole).intact
    assert AuditEvent.objects.count() > seen.position + 1


def test_one_a_day_is_enough(seen, monkeypatch):
    assert write_daily_checkpoint() is None
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert write_daily_checkpoint().checkpoint.sequence == 2
    assert write_daily_checkpoint() is None


def test_writing_is_an_event_that_the_next_one_covers(seen):
    event = AuditEvent.objects.get(object_type="audit.checkpoint")
    assert event.after == {"position": seen.position, "head": seen.head}
    assert write_checkpoint(actor=None).checkpoint.position == event.pk


def test_without_a_key_of_its_own_the_secret_key_signs(settings, amina):
    settings.AUDIT_CHECKPOINT_KEYS = []
    record(actor=amina, action="view")
    assert write_checkpoint(actor=None)
    assert verify_chain().intact


def test_the_command_says_what_it_agrees_with(seen):
    said = io.StringIO()
    call_command("verify_audit", stdout=said)
    assert "agrees with every checkpoint (1)" in said.getvalue()


def test_the_page_shows_the_last_one_and_hands_it_out(client, olga, seen):
    client.force_login(olga)
    assert "number 1" in client.get("/oversight/audit/").content.decode()
    response = client.get("/oversight/audit/checkpoints/1/")
    assert response.content == checkpoint_files()[0].read_bytes()
    assert AuditEvent.objects.first().action == "export"
    assert client.get("/oversight/audit/checkpoints/2/").status_code == 404


def test_the_task_writes_the_daily_one_and_swallows_only_the_refusal(seen, monkeypatch):
    from audit.tasks import checkpoint_audit

    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    checkpoint_audit()
    assert len(checkpoint_files()) == 2
