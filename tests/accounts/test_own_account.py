"""One's own account: name, password, e-mail address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PasswordResetRequest
from accounts.services import sweep_password_resets
from audit.models import AuditEvent
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

NEXT = "Another-Slide-88"


def test_the_name_can_be_corrected_and_nothing_else(client, amina):
    client.force_login(amina)
    client.post("/accounts/profile/", {"full_name": " Amina  New ", "role": "administrator", "is_staff": "on"})
    amina.refresh_from_db()
    assert (amina.full_name, amina.role, amina.is_staff) == ("Amina New", "uploader", False)
    event = AuditEvent.objects.filter(action="update").first()
    assert event.before == {"full_name": "Amina Riverside"}
    assert event.actor_name == "Amina Riverside"


def test_an_empty_name_is_refused(client, amina):
    client.force_login(amina)
    assert client.post("/accounts/profile/", {"full_name": " "}).status_code == 400


def test_a_stranger_has_no_profile(client, db):
    assert client.get("/accounts/profile/").status_code == 302


def test_the_password_is_changed_with_the_present_one(client, sign_in, amina):
    sign_in(amina.email)
    form = {"oldpassword": "wrong", "password1": NEXT, "password2": NEXT}
    assert client.post("/accounts/password/change/", form).status_code == 200
    client.post("/accounts/password/change/", form | {"oldpassword": PASSWORD})
    amina.refresh_from_db()
    assert amina.check_password(NEXT)
    assert AuditEvent.objects.filter(action="password_change").get().actor_id == amina.pk
    assert mail.outbox[-1].to == [amina.email]


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client, amina, link_in, answer_requests):
    client.post("/accounts/password/reset/", {"email": amina.email})
    answer_requests()
    (message,) = mail.outbox
    assert message.subject.startswith("HematoVision: ")
    page = client.get(link_in(message.body), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEXT, "password2": NEXT})
    amina.refresh_from_db()
    assert amina.check_password(NEXT)
    assert AuditEvent.objects.filter(action="password_change").exists()
    assert client.get(link_in(message.body), follow=True).context["token_fail"]


def test_asking_for_a_stranger_tells_nothing_and_sends_nothing(client, amina, answer_requests):
    known = client.post("/accounts/password/reset/", {"email": amina.email}, follow=True)
    answer_requests()
    mail.outbox.clear()
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@x.example"}, follow=True)
    assert unknown.request["PATH_INFO"] == known.request["PATH_INFO"]
    answer_requests()
    assert mail.outbox == []
    assert not PasswordResetRequest.objects.exists()


def test_the_page_does_the_same_work_for_every_address(client, amina):
    """Time that depends on the account is time spent on it: no query more, no e-mail, for a known address."""
    work = {}
    for email in (amina.email, "nobody@x.example"):
        with CaptureQueriesContext(connection) as queries:
            client.post("/accounts/password/reset/", {"email": email})
        work[email] = [query["sql"].split()[:3] for query in queries]
    assert mail.outbox == []
    known, unknown = work.values()
    assert known == unknown


def test_a_link_for_a_new_password_does_not_follow_the_host_header(client, settings, amina, answer_requests):
    settings.HEMATOVISION_BASE_URL = "https://smears.example"
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/accounts/password/reset/", {"email": amina.email}, headers={"Host": "evil.example"})
    answer_requests()
    (message,) = mail.outbox
    assert "https://smears.example/accounts/password/reset/key/" in message.body
    assert "evil.example" not in message.body + message.subject


def test_a_link_lost_with_the_mail_server_is_sent_later(client, amina, answer_requests, monkeypatch):
    client.post("/accounts/password/reset/", {"email": amina.email})
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", _refused)
        with pytest.raises(OSError, match="refused"):
            answer_requests()
    assert PasswordResetRequest.objects.count() == 1
    answer_requests()
    assert len(mail.outbox) == 1


def test_requests_of_yesterday_are_forgotten(client, amina):
    client.post("/accounts/password/reset/", {"email": amina.email})
    PasswordResetRequest.objects.update(asked_at=timezone.now() - timedelta(days=1))
    assert sweep_password_resets() == 0
    assert not PasswordResetRequest.objects.exists()


def _refused(*_args, **_kwargs):
    raise ConnectionRefusedError("refused")


def test_the_address_changes_when_the_new_one_is_confirmed(client, sign_in, amina, link_in):
    sign_in(amina.email)
    old = amina.email
    client.post("/accounts/email/", {"email": "amina.new@x.example", "action_add": ""})
    assert mail.outbox == []
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "amina.new@x.example", "action_add": ""})
    amina.refresh_from_db()
    assert amina.email == old
    message = next(message for message in mail.outbox if message.to == ["amina.new@x.example"])
    assert "testserver" not in message.body
    client.post(link_in(message.body))
    amina.refresh_from_db()
    assert amina.email == "amina.new@x.example"
    client.post("/accounts/logout/")
    sign_in("amina.new@x.example")
    assert "_auth_user_id" in client.session
