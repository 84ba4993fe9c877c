"""Guessing a password is stopped, and stops nobody but the guesser."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.test import Client

from audit.models import AuditEvent
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

LIMIT = django_settings.AXES_FAILURE_LIMIT


@pytest.fixture
def locked(sign_in, amina):
    """Amina's account, locked for 127.0.0.1; the answer of the last attempt."""
    response = None
    for _ in range(LIMIT):
        response = sign_in(amina.email, "wrong")
    return response


def test_the_last_attempt_says_so(locked):
    assert locked.status_code == 429
    assert "paused" in locked.content.decode()


def test_the_right_password_does_not_help_while_locked(client, sign_in, amina, locked):
    assert sign_in(amina.email).status_code == 429
    assert "_auth_user_id" not in client.session


def test_it_is_recorded(amina, locked):
    event = AuditEvent.objects.filter(action="locked_out").first()
    assert event.object_id == str(amina.pk)
    assert AuditEvent.objects.filter(action="sign_in_failed").count() == LIMIT


def test_the_person_signs_in_from_elsewhere(client, amina, locked):
    client.post("/accounts/login/", {"login": amina.email, "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")
    assert "_auth_user_id" in client.session


def test_other_people_sign_in_from_the_same_place(client, sign_in, bora, locked):
    sign_in(bora.email)
    assert "_auth_user_id" in client.session


def test_capitals_do_not_give_more_guesses(sign_in, amina):
    for number in range(LIMIT):
        response = sign_in(amina.email.upper() if number % 2 else amina.email, "wrong")
    assert response.status_code == 429


def test_success_forgets_earlier_failures(client, sign_in, amina):
    for _ in range(LIMIT - 1):
        sign_in(amina.email, "wrong")
    sign_in(amina.email)
    client.post("/accounts/logout/")
    assert AccessAttempt.objects.count() == 0
    assert sign_in(amina.email, "wrong").status_code == 200


def test_the_lock_opens_by_itself(client, sign_in, amina, locked):
    AccessAttempt.objects.update(attempt_time="2001-01-01T00:00:00Z")
    sign_in(amina.email)
    assert "_auth_user_id" in client.session


ELSEWHERE = "198.51.100.7"


def sign_in_at(client, email, address, password=PASSWORD):
    return client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def attacked(amina):
    """Amina's account, tried from many addresses until the limit over all of them."""
    limit = django_settings.ACCOUNT_FAILURE_LIMIT
    for number in range(limit // (LIMIT - 1)):
        for _ in range(LIMIT - 1):
            sign_in_at(Client(), amina.email, f"203.0.113.{number + 1}", "wrong")
    return amina


def test_eleven_wrong_passwords_from_one_address_keep_nobody_out_elsewhere(client, amina):
    for _ in range(11):
        answer = sign_in_at(Client(), amina.email, "203.0.113.9", "wrong")
    assert answer.status_code == 429
    sign_in_at(client, amina.email, ELSEWHERE)
    assert "_auth_user_id" in client.session


def test_guesses_from_many_addresses_are_slowed_as_well(client, attacked):
    assert sign_in_at(client, attacked.email, ELSEWHERE).status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_owner_goes_on_working_in_a_known_browser(client, amina, request):
    sign_in_at(client, amina.email, "127.0.0.1")
    client.post("/accounts/logout/")
    request.getfixturevalue("attacked")
    sign_in_at(client, amina.email, ELSEWHERE)
    assert "_auth_user_id" in client.session


def test_a_browser_known_for_one_person_is_a_stranger_to_another(client, amina, bora, request):
    sign_in_at(client, bora.email, "127.0.0.1")
    client.post("/accounts/logout/")
    request.getfixturevalue("attacked")
    assert sign_in_at(client, amina.email, ELSEWHERE).status_code == 429


def test_a_shared_workstation_is_known_for_each_of_its_people(client, amina, bora, request):
    for person in (amina, bora):
        sign_in_at(client, person.email, "127.0.0.1")
        client.post("/accounts/logout/")
    request.getfixturevalue("attacked")
    sign_in_at(client, amina.email, ELSEWHERE)
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize("value", ["", "x", "eyJhIjoiYiJ9:1:forged"])
def test_a_made_up_cookie_makes_no_browser_known(client, attacked, value):
    client.cookies["device"] = value
    assert sign_in_at(client, attacked.email, ELSEWHERE).status_code == 429


def test_a_new_password_makes_every_browser_a_stranger(client, amina, request):
    sign_in_at(client, amina.email, "127.0.0.1")
    client.post("/accounts/logout/")
    amina.set_password("Another-Smear-under-Glass-42")
    amina.save()
    request.getfixturevalue("attacked")
    assert sign_in_at(client, amina.email, ELSEWHERE).status_code == 429


def test_the_cookie_names_nobody_in_clear_and_scripts_cannot_have_it(client, amina):
    sign_in_at(client, amina.email, "127.0.0.1")
    cookie = client.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert amina.email not in cookie.value
