"""Guessing a password is stopped, and stops nobody but the guesser."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings

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
