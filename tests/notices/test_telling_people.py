"""People are told once, in the app and by an e-mail that says nothing, and only what is theirs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Role, User
from audit.models import AuditEvent
from hematovision.celery import app
from hematovision.errors import NotFound
from notices.models import EmailState, Notification
from notices.services import (
    emails,
    mark_all_read,
    mark_read,
    notify,
    send_email_to,
    send_waiting_emails,
    set_email_preference,
)

pytestmark = pytest.mark.django_db

SUBJECT = uuid.uuid4()
PATH = f"/cases/{SUBJECT}/"


def tell(*people, text="A report was signed.", path=PATH):
    return notify(recipients=people, kind="report", subject_id=SUBJECT, text=text, path=path)


@pytest.fixture
def asked(monkeypatch):
    """The people for whom a worker was asked to send an e-mail; the broker takes every message."""
    people = []
    monkeypatch.setattr(app, "send_task", lambda _name, args, **_: people.append(uuid.UUID(args[0])))
    return people


def test_everybody_is_told_once_and_by_email_after_the_commit(amina, pavel, asked, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = tell(amina, pavel, amina)
        assert asked == []
    assert {notification.user for notification in made} == {amina, pavel}
    assert sorted(asked) == sorted([amina.pk, pavel.pk])


def test_the_same_is_not_told_again_until_it_was_opened(amina):
    (first,) = tell(amina)
    assert tell(amina) == []
    mark_read(actor=amina, notification=first)
    assert len(tell(amina)) == 1


def test_closed_accounts_and_service_accounts_are_left_out(amina, riverside):
    amina.is_active = False
    amina.save()
    service = User.objects.create_user("lis@x.example", full_name="LIS", role=Role.SERVICE, organisation=riverside)
    assert tell(amina, service) == []


@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example/", "cases/", "/a b", "/\\x"])
def test_a_path_that_leads_elsewhere_is_a_defect(amina, path):
    with pytest.raises(ValidationError):
        tell(amina, path=path)
    assert not Notification.objects.exists()


def test_one_email_for_everything_that_waits_and_it_tells_nothing(amina):
    tell(amina, text="A report was signed.")
    tell(amina, text="A report was corrected.")
    assert send_email_to(user_id=amina.pk)
    assert not send_email_to(user_id=amina.pk)
    (message,) = mail.outbox
    assert message.to == [amina.email]
    assert "/notifications/" in message.body
    for word in ("report", str(SUBJECT), amina.full_name):
        assert word.lower() not in (message.subject + message.body).lower()
    assert set(Notification.objects.values_list("email", flat=True)) == {EmailState.SENT}
    event = AuditEvent.objects.filter(action="send").get()
    assert (event.object_id, event.after["notifications"]) == (str(amina.pk), 2)


def test_what_was_opened_in_the_meantime_needs_no_email(amina):
    (notification,) = tell(amina)
    mark_read(actor=amina, notification=notification)
    assert not send_email_to(user_id=amina.pk)
    assert mail.outbox == []


def test_who_wants_no_email_gets_none(amina, pavel, asked, django_capture_on_commit_callbacks):
    set_email_preference(actor=amina, email=False)
    with django_capture_on_commit_callbacks(execute=True):
        tell(amina, pavel)
    assert asked == [pavel.pk]
    set_email_preference(actor=pavel, email=False)
    assert not send_email_to(user_id=pavel.pk)
    assert mail.outbox == []
    event = AuditEvent.objects.filter(action="configuration", actor_id=amina.pk).get()
    assert (event.before, event.after) == ({"notice_email": True}, {"notice_email": False})


def test_a_mail_server_that_refuses_loses_nothing(amina, monkeypatch):
    tell(amina)

    def refuse(*_args, **_kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(emails, "send_mail", refuse)
        with pytest.raises(ConnectionRefusedError):
            send_email_to(user_id=amina.pk)
    assert send_email_to(user_id=amina.pk)
    assert len(mail.outbox) == 1


def test_emails_lost_on_their_way_are_asked_for_again(amina, pavel, asked):
    tell(amina, pavel)
    assert send_waiting_emails() == 0
    long_ago = timezone.now() - timedelta(hours=1)
    Notification.objects.filter(user=amina).update(created_at=long_ago)
    Notification.objects.filter(user=pavel).update(created_at=long_ago, email=EmailState.SENDING, email_at=long_ago)
    assert send_waiting_emails() == 2
    assert sorted(asked) == sorted([amina.pk, pavel.pk])


def test_a_broker_that_is_away_fails_nobody(amina, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_args, **_kwargs):
        raise OSError

    monkeypatch.setattr(app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert len(tell(amina)) == 1
    assert Notification.objects.get().email == EmailState.WAITING


def test_nobody_marks_what_another_was_told(amina, bora):
    (notification,) = tell(amina)
    with pytest.raises(NotFound):
        mark_read(actor=bora, notification=notification)
    assert mark_all_read(actor=bora) == 0
    assert mark_all_read(actor=amina) == 1
    notification.refresh_from_db()
    assert notification.read_at is not None


def test_the_first_opening_counts(amina):
    (notification,) = tell(amina)
    mark_read(actor=amina, notification=notification)
    notification.refresh_from_db()
    first = notification.read_at
    mark_read(actor=amina, notification=notification)
    notification.refresh_from_db()
    assert notification.read_at == first
