"""What is past its period beside the record is counted, and removed when told; the record is never among it."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Invitation, Source, UsedAssertion
from accounts.services import create_api_client
from audit.models import AuditEvent
from audit.services import verify_chain
from cases.models import Upload
from notices.models import Notification
from offline.models import SentForm
from oversight.retention import KINDS, due
from oversight.services.retention import apply_retention
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db

#: Apps whose tables are the record: nothing of them is ever due.
RECORD = {"audit", "calibration", "cases", "classifier", "consult", "inbox", "microscopes", "reports", "review"}


def ago(days):
    return timezone.now() - timedelta(days=days)


def notification(user, *, read=None):
    return Notification.objects.create(user=user, kind="test", text="Something happened.", path="/", read_at=read)


def invitation(riverside, email, **more):
    given = {"expires_at": ago(-5), **more}
    return Invitation.objects.create(email=email, role="uploader", organisation=riverside, token_hash=email, **given)


def session(key, ended):
    return Session.objects.create(session_key=key, session_data="", expire_date=ended)


def user_session(user, key, seen):
    return UserSession.objects.create(user=user, session_key=key, ip="192.0.2.1", user_agent="", last_seen_at=seen)


def an_upload(user, **more):
    return Upload.objects.create(case=CaseFactory(clinic=user.organisation), by=user, length=1, **more)


def a_source(lis, number, **more):
    numbers = dict.fromkeys(("waiting", "held", "refused"), 0)
    return Source.objects.create(
        api_client=lis, instance=UUID(int=number), name="PC", version="1.0.0", **numbers, **more
    )


@pytest.fixture
def old_and_new(amina, riverside):
    """Of each kind one that is due, and beside it those that are not."""
    lis = create_api_client(actor=None, name="LIS", organisation=riverside, scopes=["cases:read"]).api_client
    old = [
        notification(amina, read=ago(366)),
        invitation(riverside, "expired@riverside.example", expires_at=ago(91)),
        session("ended", ago(2)),
        user_session(amina, "ended", ago(2)),
        Token.objects.create(type="at", hash="old", expires_at=ago(31)),
        UsedAssertion.objects.create(api_client=lis, jti_digest="old", expires_at=ago(2)),
        AccessFailureLog.objects.create(username="old", ip_address="192.0.2.1"),
        an_upload(amina, state="expired", ended_at=ago(31)),
        a_source(lis, 1, seen_at=ago(91)),
        SentForm.objects.create(by=amina, key=uuid4(), path="/cases/new/", at=ago(181)),
    ]
    AccessFailureLog.objects.update(attempt_time=ago(91))
    new = [
        notification(amina, read=ago(364)),
        notification(amina),
        invitation(riverside, "open@riverside.example"),
        invitation(riverside, "accepted@riverside.example", expires_at=ago(91), accepted_at=ago(99), accepted_by=amina),
        session("going-on", ago(-1)),
        # Last seen long ago by the list, but its session goes on: another clock, a long night.
        user_session(amina, "going-on", ago(2)),
        Token.objects.create(type="at", hash="new", expires_at=ago(29)),
        UsedAssertion.objects.create(api_client=lis, jti_digest="new", expires_at=ago(0)),
        AccessFailureLog.objects.create(username="new", ip_address="192.0.2.1"),
        an_upload(amina, state="expired", ended_at=ago(29)),
        an_upload(amina, created_at=ago(31)),
        a_source(lis, 2, seen_at=ago(89)),
        SentForm.objects.create(by=amina, key=uuid4(), path="/cases/new/", at=ago(179)),
    ]
    Notification.objects.filter(read_at__isnull=True).update(created_at=ago(4000))
    return old, new


def remaining(rows):
    return [row for row in rows if type(row)._default_manager.filter(pk=row.pk).exists()]


def test_by_default_it_counts_and_removes_nothing(old_and_new):
    old, new = old_and_new
    events = AuditEvent.objects.count()
    said = io.StringIO()
    call_command("apply_retention", stdout=said)
    assert "notifications: 1 due" in said.getvalue()
    assert "sessions: 2 due" in said.getvalue()
    assert "Nothing was removed" in said.getvalue()
    assert remaining(old + new) == old + new
    assert AuditEvent.objects.count() == events


def test_told_to_it_removes_what_is_due_and_nothing_else(old_and_new):
    old, new = old_and_new
    said = io.StringIO()
    call_command("apply_retention", "--apply", stdout=said)
    assert remaining(old) == []
    assert remaining(new) == new
    assert "invitations: 1 removed" in said.getvalue()
    assert {each.due for each in apply_retention(actor=None, remove=False)} == {0}


def test_every_removal_is_in_the_audit_trail(old_and_new):
    apply_retention(actor=None, remove=True)
    events = AuditEvent.objects.filter(action="delete", reason__startswith="Retention of ")
    assert sorted(events.values_list("object_type", flat=True)) == [
        "accounts.invitation",
        "accounts.source",
        "accounts.usedassertion",
        "allauth_idp_oidc.token",
        "axes.accessfailurelog",
        "cases.upload",
        "notices.notification",
        "offline.sentform",
        "sessions.session",
        "usersessions.usersession",
    ]
    assert {event.after["rows"] for event in events} == {1}
    assert "riverside.example" not in str(list(events.values()))
    assert verify_chain().intact


def test_many_rows_go_in_batches_with_an_event_each(amina, monkeypatch):
    monkeypatch.setattr("oversight.services.retention._BATCH", 2)
    for _ in range(5):
        notification(amina, read=ago(400))
    apply_retention(actor=None, remove=True)
    events = AuditEvent.objects.filter(object_type="notices.notification", action="delete").order_by("id")
    assert [event.after["rows"] for event in events] == [2, 2, 1]


def test_a_laboratory_may_keep_longer_or_shorter(old_and_new, settings):
    settings.RETENTION_DAYS = ["notifications=1000", " access_tokens = 1"]
    due_now = {each.kind.name: each.due for each in apply_retention(actor=None, remove=False)}
    assert (due_now["notifications"], due_now["access_tokens"]) == (0, 2)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("cases=30", "HEMATOVISION_RETENTION_DAYS names cases"),
        ("sessions", "a whole number of days"),
        ("sessions=0", "a whole number of days"),
        ("sessions=-5", "a whole number of days"),
        ("sessions=soon", "a whole number of days"),
        ("sessions=99999999", "a whole number of days"),
    ],
)
def test_a_period_that_is_not_understood_removes_nothing(old_and_new, settings, given, sentence):
    settings.RETENTION_DAYS = [given]
    with pytest.raises(CommandError, match=sentence):
        call_command("apply_retention", "--apply")
    assert remaining(old_and_new[0]) == old_and_new[0]


def test_no_table_of_the_record_is_among_it():
    # An upload is a file on its way into the record.
    labels = {rows.model._meta.app_label for kind in KINDS for rows in due(kind) if rows.model is not Upload}
    assert {config.label for config in apps.get_app_configs()} >= RECORD
    assert labels & RECORD == set()


def test_removing_what_is_due_takes_nothing_else_with_it():
    """No row of another table hangs on these and would be removed along."""
    for kind in KINDS:
        for rows in due(kind):
            hanging = [each.related_model for each in rows.model._meta.related_objects]
            assert [model for model in hanging if model._meta.app_label in RECORD] == []
