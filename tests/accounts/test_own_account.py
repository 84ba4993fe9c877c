"""One's own account: name, password, e-mail address."""

from __future__ import annotations

import pytest
from django.core import mail

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


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client, amina, link_in, sign_in):
    client.post("/accounts/password/reset/", {"email": amina.email})
    (message,) = mail.outbox
    assert message.subject.startswith("HematoVision: ")
    page = client.get(link_in(message.body), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEXT, "password2": NEXT})
    amina.refresh_from_db()
    assert amina.check_password(NEXT)
    assert AuditEvent.objects.filter(action="password_change").exists()
    assert client.get(link_in(message.body), follow=True).context["token_fail"]


def test_asking_for_a_stranger_tells_nothing_and_sends_nothing(client, amina):
    known = client.post("/accounts/password/reset/", {"email": amina.email}, follow=True)
    mail.outbox.clear()
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@x.example"}, follow=True)
    assert unknown.request["PATH_INFO"] == known.request["PATH_INFO"]
    assert mail.outbox == []


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
    client.post(link_in(message.body))
    amina.refresh_from_db()
    assert amina.email == "amina.new@x.example"
    client.post("/accounts/logout/")
    sign_in("amina.new@x.example")
    assert "_auth_user_id" in client.session
