"""Bodies go after their period or with their patient, what later versions need stays, and a changed message is found."""

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from integrations.message_verification import check_messages
from integrations.models import Attempt, Connection, ConnectionKind, FeedEvent, Message, MessageState
from integrations.services.message_bodies import forget_patient
from integrations.services.outbox import queue_events
from integrations.services.resending import mark_handled
from oversight.services.retention import apply_retention
from reports.canonical import sha256
from tests.factories.connections import a_connection
from tests.factories.messages import a_message
from tests.integrations.sending._sending import AR, OK, Clock, ToldLink, a_case, run, signed

pytestmark = pytest.mark.django_db


def without_guards():
    """Write as somebody does who owns the database; the end of the test takes it back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("integrations_message", "integrations_attempt"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'integrations_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def findings():
    return [finding.sentence for finding in check_messages()]


@pytest.fixture
def sent(riverside, pavel, lis):
    """A message that arrived long ago."""
    signed(riverside, pavel)
    run(lis, ToldLink(OK), Clock(timezone.now() - dt.timedelta(days=401)))
    return Message.objects.get()


def test_the_body_of_what_came_and_was_never_carried_out_goes_as_well(lis):
    long_ago = timezone.now() - dt.timedelta(days=401)
    orders = a_connection(lis.laboratory, lis.saved_by, ConnectionKind.MLLP_IN)
    a_message(orders, state=MessageState.RECEIVED, created_at=long_ago)
    assert bodies_removed() == 1
    assert Message.objects.get().content == b""


def bodies_removed():
    return {each.kind.name: each.removed for each in apply_retention(actor=None, remove=True)}["message_bodies"]


def test_the_body_goes_after_its_period_and_the_facts_stay(sent):
    assert bodies_removed() == 1
    message = Message.objects.get()
    assert (message.content, message.answer, message.state) == (b"", "", MessageState.ACKNOWLEDGED)
    assert (message.sha256, message.size, message.facts) == (sent.sha256, sent.size, sent.facts)
    assert message.body_removed_at is not None
    assert bodies_removed() == 0
    assert findings() == []


def test_a_withdrawal_is_made_long_after_the_bodies_went(riverside, pavel, lis, sent):
    bodies_removed()
    signed(riverside, pavel, sent.case, kind="withdrawn")
    assert run(lis, ToldLink(OK)) == 1


def test_what_is_not_over_is_kept(riverside, pavel, lis):
    old = Clock(timezone.now() - dt.timedelta(days=401))
    case = a_case(riverside)
    signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    run(lis, ToldLink(AR), old)
    assert bodies_removed() == 0


def test_a_pseudonymised_patient_leaves_nothing_in_messages(riverside, pavel, lis, sent):
    signed(riverside, pavel, sent.case, kind="corrected")
    queue_events(lis)
    assert forget_patient([sent.patient]) == 2
    first, second = Message.objects.order_by("position")
    assert (first.state, second.state) == (MessageState.ACKNOWLEDGED, MessageState.SUPERSEDED)
    assert {(one.body, one.answer, one.facts) for one in (first, second)} == {("", "", "")}
    assert second.sentence == "The patient was pseudonymised: nothing is sent any more."
    assert run(lis, ToldLink(OK)) == 0


def test_rotation_takes_messages_and_connections_along(lis, sent, settings, capsys):
    Connection.objects.update(tls_key="a key")
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys")
    settings.HEMATOVISION_FIELD_KEYS = [new]
    message = Message.objects.get()
    assert (message.content, message.facts, message.answer_content) == (
        sent.content,
        sent.facts,
        sent.answer_content,
    )
    assert Connection.objects.get().tls_key == "a key"


def test_everything_is_as_it_was_written(ines, riverside, pavel, lis, sent):
    signed(riverside, pavel)
    run(lis, ToldLink(AR))
    mark_handled(actor=ines, message=Message.objects.get(state=MessageState.REFUSED), reason="By telephone.")
    assert findings() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"body": "MSH|changed"}, "Its body is not the one that was made or came."),
        ({"body": ""}, "Its body is not the one that was made or came."),
        ({"state": "queued"}, "It was acknowledged, and is queued."),
        ({"state": "refused", "sentence": "No."}, "It is refused, and no attempt ended so."),
        ({"state": "handled"}, "It is handled, and the audit trail does not know by whom."),
        ({"body_removed_at": timezone.now()}, "Its body was removed, the row says, and is still there."),
    ],
)
def test_a_changed_message_is_found(sent, change, sentence):
    Message.objects.update(**change)
    assert sentence in findings()


def test_a_version_that_was_left_out_is_found(riverside, pavel, lis):
    Connection.objects.update(saved_at=timezone.now() - dt.timedelta(hours=1))
    report = signed(riverside, pavel)
    position = FeedEvent.objects.get(report=report).position
    Connection.objects.update(queued_to=position)
    assert findings() == [f"No message was made of version {report.pk}, which was signed since it is on."]
    Connection.objects.update(queued_from=position)
    assert findings() == []


def test_an_acknowledgement_that_was_made_up_is_found(riverside, pavel, lis):
    signed(riverside, pavel)
    queue_events(lis)
    Message.objects.update(state=MessageState.ACKNOWLEDGED)
    assert findings() == [
        "It is acknowledged, and no attempt ended so.",
        "It is not what was delivered, the audit trail says.",
    ]


def test_one_that_was_rewritten_with_its_hash_is_found(sent):
    without_guards()
    Message.objects.update(body="another", sha256=sha256("another"), size=7)
    assert findings() == ["It is not what was delivered, the audit trail says."]


def test_one_that_is_gone_is_found(sent):
    without_guards()
    Attempt.objects.all().delete()
    Message.objects.all().delete()
    assert "It was sent, the audit trail says, and is no longer in the record." in findings()


def test_the_database_keeps_what_a_message_is(sent):
    for change in ({"sha256": "0" * 64}, {"control_id": "another"}, {"position": 99}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.update(**change)
