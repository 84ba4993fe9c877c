"""A session under many requests at once, as a page with images makes them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import SessionStore


@pytest.fixture
def stored(db):
    session = SessionStore()
    session["worklist"] = "/?q=urgent"
    session.save()
    return session.session_key


def read(key):
    """What a request holds that has read the session and not answered yet."""
    session = SessionStore(key)
    assert session["worklist"]
    return session


def test_a_request_that_changed_nothing_keeps_what_another_wrote_meanwhile(stored):
    image = read(stored)
    form = read(stored)
    form["message"] = "Your opinion was given."
    form.save()
    image.save()
    assert SessionStore(stored)["message"] == "Your opinion was given."


def test_a_request_that_changed_nothing_puts_off_the_end(stored):
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=50))
    read(stored).save()
    assert Session.objects.get().expire_date > timezone.now() + timedelta(seconds=60)


def test_a_request_under_way_does_not_bring_back_an_ended_session(stored):
    image = read(stored)
    SessionStore(stored).delete()
    with pytest.raises(UpdateError):
        image.save()
    assert not Session.objects.exists()


def test_a_session_that_ran_out_is_not_put_off(stored):
    image = read(stored)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=5))
    with pytest.raises(UpdateError):
        image.save()
