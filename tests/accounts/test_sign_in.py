"""Signing in and out with an e-mail address and a password, and what the audit trail keeps of it."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings

from audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def last(action):
    return AuditEvent.objects.filter(action=action).first()


def test_the_right_password_opens_the_worklist(client, sign_in, amina):
    response = sign_in(amina.email)
    assert response.status_code == 302
    assert response["Location"] == "/"
    event = last("sign_in")
    assert (event.actor_id, event.outcome) == (amina.pk, "success")
    assert event.session


def test_the_address_may_be_typed_in_capitals(client, sign_in, amina):
    assert sign_in(f" {amina.email.upper()} ").status_code == 302


def test_a_wrong_password_is_refused_and_recorded(client, sign_in, amina):
    response = sign_in(amina.email, "wrong")
    assert response.status_code == 200
    assert "not correct" in response.content.decode()
    event = last("sign_in_failed")
    assert (event.object_id, event.actor_id, event.outcome) == (str(amina.pk), None, "denied")
    assert event.laboratory_id == amina.laboratory.pk


def test_an_unknown_address_gets_the_same_answer_and_is_not_kept(client, sign_in, amina):
    known = sign_in(amina.email, "wrong").content.decode()
    unknown = sign_in("typed-my-password@x.example", "wrong").content.decode()
    assert "not correct" in unknown
    assert unknown.count("errorlist") == known.count("errorlist")
    event = last("sign_in_failed")
    assert event.object_id == ""
    assert "typed-my-password" not in str(vars(event))


def test_a_closed_account_does_not_sign_in(client, sign_in, amina):
    amina.is_active = False
    amina.save()
    response = sign_in(amina.email)
    assert "_auth_user_id" not in client.session
    assert response.status_code in {200, 302}


def test_people_of_a_closed_organisation_do_not_sign_in(client, sign_in, amina, riverside):
    riverside.is_active = False
    riverside.save()
    response = sign_in(amina.email, follow=True)
    assert "_auth_user_id" not in client.session
    assert "closed" in response.content.decode()


def test_closing_the_organisation_ends_a_session(client, amina, riverside):
    client.force_login(amina)
    assert client.get("/accounts/profile/").status_code == 200
    riverside.is_active = False
    riverside.save()
    assert client.get("/accounts/profile/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_post_and_is_recorded(client, amina):
    client.force_login(amina)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
    assert last("sign_out").actor_id == amina.pk


def test_a_session_ends_when_nothing_happens(client, sign_in, amina):
    sign_in(amina.email)
    assert client.session.get_expiry_age() == django_settings.SESSION_COOKIE_AGE
    assert django_settings.SESSION_COOKIE_AGE <= 3600
    assert django_settings.SESSION_SAVE_EVERY_REQUEST


def test_nobody_signs_up_unasked(client, db):
    page = client.get("/accounts/signup/")
    assert "by invitation" in page.content.decode()
    response = client.post(
        "/accounts/signup/",
        {"email": "new@x.example", "password1": "Long-enough-41", "password2": "Long-enough-41"},
    )
    assert response.status_code in {200, 403}
    from accounts.models import User

    assert not User.objects.filter(email="new@x.example").exists()


def test_a_service_account_does_not_sign_in(client, sign_in, token_for, riverside):
    from accounts.models import User

    token_for(riverside, "cases:read")
    service = User.objects.get(role="service")
    assert not service.has_usable_password()
    service.set_password("Known-Password-41")
    service.save()
    sign_in(service.email, "Known-Password-41")
    assert "_auth_user_id" not in client.session


def test_passwords_are_hashed_with_argon2():
    from hematovision.settings import identity

    assert identity.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_the_administration_has_no_sign_in_of_its_own(client, ines):
    response = client.get("/admin/login/")
    assert response["Location"].startswith("/accounts/login/")
    response = client.post("/admin/login/", {"username": ines.email, "password": "x"})
    assert response["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_sessions_are_listed_and_the_others_can_be_ended(client, sign_in, amina, django_user_model):
    from django.test import Client

    sign_in(amina.email)
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": amina.email, "password": "Smear-under-Glass-41"})
    assert elsewhere.get("/accounts/profile/").status_code == 200
    page = client.get("/accounts/sessions/").content.decode()
    assert "This one" in page
    assert "End the other session" in page
    client.post("/accounts/reauthenticate/", {"password": "Smear-under-Glass-41"})
    client.post("/accounts/sessions/")
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 200
