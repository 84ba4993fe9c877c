"""When a session ends: by itself, by its owner, by an administrator."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.services import end_sessions
from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

PROFILE = "/accounts/profile/"


def signed_in(person):
    """A browser of its own in which `person` has signed in."""
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert browser.get(PROFILE).status_code == 200
    return browser


def let_pass(browser, seconds):
    """Make the session of `browser` as old as if so many seconds had passed."""
    session = browser.session
    session["accounts.signed_in_at"] -= seconds
    session.save()


def test_a_session_that_is_used_goes_on_until_its_end(settings, amina):
    browser = signed_in(amina)
    let_pass(browser, settings.SESSION_MOST_SECONDS - 60)
    assert browser.get(PROFILE).status_code == 200
    let_pass(browser, 60)
    answer = browser.get(PROFILE)
    assert answer["Location"] == f"/accounts/login/?next={PROFILE}"
    assert "_auth_user_id" not in browser.session
    assert "Sign in again" in browser.get(answer["Location"]).content.decode()
    assert AuditEvent.objects.filter(action="sign_out", actor_id=amina.pk).exists()


def test_what_the_browser_kept_goes_with_the_session(settings, amina):
    browser = signed_in(amina)
    assert "Clear-Site-Data" not in browser.get(PROFILE)
    # Neither cookies, which know the browser, nor storage, which holds unsaved decisions.
    assert browser.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'
    browser = signed_in(amina)
    let_pass(browser, settings.SESSION_MOST_SECONDS)
    assert browser.get(PROFILE)["Clear-Site-Data"] == '"cache"'


def test_the_api_answers_an_old_session_like_nobody(settings, amina):
    browser = signed_in(amina)
    let_pass(browser, settings.SESSION_MOST_SECONDS)
    assert browser.get("/api/v1/cases/").status_code == 401


def test_it_lasts_at_most_half_a_day_unless_set(settings):
    assert settings.SESSION_MOST_SECONDS == 12 * 3600


def test_signing_in_again_starts_anew(settings, amina):
    browser = signed_in(amina)
    let_pass(browser, settings.SESSION_MOST_SECONDS)
    browser.post("/accounts/login/", {"login": amina.email, "password": PASSWORD})
    assert browser.get(PROFILE).status_code == 200


def test_a_session_from_before_this_was_kept_counts_from_now(settings, amina):
    browser = signed_in(amina)
    session = browser.session
    del session["accounts.signed_in_at"]
    session.save()
    assert browser.get(PROFILE).status_code == 200
    let_pass(browser, settings.SESSION_MOST_SECONDS)
    assert browser.get(PROFILE).status_code == 302


def test_confirming_who_one_is_changes_the_reference_of_the_session(amina):
    browser = signed_in(amina)
    old = browser.session.session_key
    started = UserSession.objects.get(session_key=old).created_at
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    new = browser.session.session_key
    assert new != old
    assert not Session.objects.filter(session_key=old).exists()
    assert browser.get(PROFILE).status_code == 200
    assert UserSession.objects.get(user=amina).created_at == started


def test_ending_the_other_sessions_asks_again_who_is_there(amina):
    here, elsewhere = signed_in(amina), signed_in(amina)
    asked = here.post("/accounts/sessions/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert elsewhere.get(PROFILE).status_code == 200
    # Once confirmed, what was asked for is done without being asked for again.
    here.post(asked["Location"], {"password": PASSWORD, "next": "/accounts/sessions/"})
    assert elsewhere.get(PROFILE).status_code == 302
    assert here.get(PROFILE).status_code == 200


def test_an_administrator_ends_the_sessions_of_a_person_who_stays(ines, pavel):
    theirs, mine = [signed_in(pavel), signed_in(pavel)], signed_in(ines)
    mine.post(
        reverse("admin:accounts_user_changelist"), {"action": "end_all_sessions", "_selected_action": [str(pavel.pk)]}
    )
    assert [browser.get(PROFILE).status_code for browser in theirs] == [302, 302]
    assert mine.get(PROFILE).status_code == 200
    pavel.refresh_from_db()
    assert pavel.is_active
    signed_in(pavel)
    event = AuditEvent.objects.filter(action="sign_out", object_id=str(pavel.pk)).first()
    assert (event.actor_id, event.before) == (ines.pk, {"sessions": 2})


@pytest.mark.parametrize(
    ("actor", "person", "refusal"),
    [("amina", "pavel", PermissionRefused), ("petra", "pavel", NotFound), ("ines", "ines", Conflict)],
)
def test_nobody_else_ends_them(request, actor, person, refusal):
    person = request.getfixturevalue(person)
    browser = signed_in(person)
    with pytest.raises(refusal):
        end_sessions(actor=request.getfixturevalue(actor), user=person, reason="Laptop lost.")
    assert browser.get(PROFILE).status_code == 200
