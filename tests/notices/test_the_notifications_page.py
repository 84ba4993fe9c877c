"""The bell counts what is new, and the page leads on."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.sessions.models import Session

from notices.models import Notification
from notices.services import notify
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(amina):
    """A notification of Amina."""
    case = uuid.uuid4()
    (notification,) = notify(
        recipients=[amina], kind="report", subject_id=case, text="A report was signed.", path=f"/cases/{case}/"
    )
    return notification


def test_every_page_shows_how_much_is_new(client, amina, bora, told):
    client.force_login(amina)
    assert '1<span class="visually-hidden"> unread</span>' in text(client.get("/"))
    client.force_login(bora)
    assert "none unread" in client.get("/").content.decode()


def test_opening_one_marks_it_and_goes_where_it_leads(client, amina, told):
    client.force_login(amina)
    answer = client.get(f"/notifications/{told.pk}/")
    assert answer.url == told.path
    told.refresh_from_db()
    assert told.read_at is not None


def test_anothers_is_not_there(client, bora, told):
    client.force_login(bora)
    assert client.get(f"/notifications/{told.pk}/").status_code == 404
    assert told.text not in client.get("/notifications/").content.decode()
    told.refresh_from_db()
    assert told.read_at is None


def test_all_can_be_marked_at_once(client, amina, told):
    client.force_login(amina)
    assert "Mark all as read" in client.get("/notifications/").content.decode()
    client.post("/notifications/read/")
    assert not Notification.objects.unread().exists()
    assert "Mark all as read" not in client.get("/notifications/").content.decode()


def test_emails_are_turned_off_and_on(client, amina):
    client.force_login(amina)
    client.post("/notifications/email/", {})
    assert amina.notice_preference.email is False
    client.post("/notifications/email/", {"email": "on"})
    amina.notice_preference.refresh_from_db()
    assert amina.notice_preference.email is True


def test_asking_for_the_number_keeps_no_session_alive(client, amina, told):
    client.force_login(amina)
    client.get("/")
    before = Session.objects.get().expire_date
    answer = client.get("/notifications/bell/", headers={"HX-Request": "true"})
    assert "unread" in answer.content.decode()
    assert "sessionid" not in answer.cookies
    assert Session.objects.get().expire_date == before
    # Any other page does.
    client.get("/notifications/")
    assert Session.objects.get().expire_date > before


def test_a_page_that_was_signed_out_is_told_so(client):
    assert client.get("/notifications/bell/").status_code == 401


def test_many_are_counted_to_a_limit_and_come_in_pages(client, amina):
    Notification.objects.bulk_create(
        Notification(user=amina, kind="report", text=f"Report {number}.", path="/") for number in range(120)
    )
    client.force_login(amina)
    page = client.get("/notifications/").content.decode()
    assert "99+" in page
    assert page.count("notices-row unread") == 50
    assert "?page=2" in page
