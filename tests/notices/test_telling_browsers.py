"""A browser that no page is open in is told that there is something new, through its maker's service, which reads nothing."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit.models import AuditEvent
from hematovision.errors import Unprocessable
from notices.checks import check_push_key
from notices.models import Notification, Preference, PushEndpoint, PushState
from notices.models.push_endpoint import digest_of
from notices.services import notify, pushes, send_push_to, send_waiting_pushes, set_quiet_hours
from notices.services.push_endpoints import is_known_service
from notices.services.pushes import ServiceRefused
from tests.notices.push_service import Browser, PushService

pytestmark = pytest.mark.django_db

GOOGLE = "https://fcm.googleapis.com/fcm/send/abc"


def new_key():
    out = io.StringIO()
    call_command("new_push_key", stdout=out)
    return out.getvalue().strip().removeprefix("HEMATOVISION_VAPID_KEY=")


@pytest.fixture(autouse=True)
def key(settings):
    settings.HEMATOVISION_VAPID_KEY = new_key()


@pytest.fixture
def service():
    made = PushService()
    yield made
    made.close()


@pytest.fixture
def browser(amina, service, monkeypatch):
    """A browser of Amina, who has no quiet hours; its maker's service is on this machine."""
    monkeypatch.setattr(pushes, "is_known_service", lambda _: True)
    Preference.objects.create(user=amina, quiet_from=None, quiet_until=None)
    made = Browser()
    PushEndpoint.objects.create(
        user=amina, address=service.address, digest="d" * 64, public_key=made.public_key, secret=made.secret
    )
    return made


def tell(person, **more):
    (told,) = notify(
        recipients=[person], kind="report", subject_id=None, text="A report of Jane Roe.", path="/inbox/", **more
    )
    return told


def state_of(notification):
    notification.refresh_from_db()
    return notification.push


def test_the_browser_reads_that_there_is_something_new_and_nothing_else(amina, service, browser):
    told = tell(amina)
    assert send_push_to(user_id=amina.pk) == 1
    ((headers, body),) = service.taken
    assert browser.read(body) == {"title": "HematoVision", "body": "There is something new for you."}
    assert headers["authorization"].startswith("vapid ")
    assert headers["urgency"] == "normal"
    assert state_of(told) == PushState.SENT
    assert AuditEvent.objects.filter(after__what="push: something new", after__browsers=1).exists()


def test_several_things_are_one_message(amina, service, browser):
    tell(amina)
    notify(recipients=[amina], kind="order", subject_id=None, text="New orders wait.", path="/orders/")
    send_push_to(user_id=amina.pk)
    assert send_push_to(user_id=amina.pk) == 0
    assert len(service.taken) == 1


def test_what_was_opened_meanwhile_is_not_told(amina, service, browser):
    told = tell(amina)
    Notification.objects.update(read_at=timezone.now())
    assert send_push_to(user_id=amina.pk) == 0
    assert (service.taken, state_of(told)) == ([], PushState.NONE)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(amina, service, browser, status):
    service.status = status
    told = tell(amina)
    assert send_push_to(user_id=amina.pk) == 0
    assert state_of(told) == PushState.NONE
    assert not PushEndpoint.objects.exists()
    assert AuditEvent.objects.filter(reason="gone", before__push_endpoint__isnull=False).exists()


def test_what_no_service_took_waits(amina, service, browser):
    service.status = 503
    told = tell(amina)
    with pytest.raises(ServiceRefused):
        send_push_to(user_id=amina.pk)
    assert state_of(told) == PushState.WAITING
    service.status = 201
    assert send_push_to(user_id=amina.pk) == 1


def test_in_quiet_hours_only_what_presses_is_told(amina, service, browser):
    now = timezone.now()
    hours = [(now + dt.timedelta(hours=more)).time() for more in (-1, 1)]
    Preference.objects.update(quiet_from=hours[0], quiet_until=hours[1], time_zone="UTC")
    waits = tell(amina)
    assert send_push_to(user_id=amina.pk) == 0
    assert state_of(waits) == PushState.WAITING
    (critical,) = notify(
        recipients=[amina], kind="critical", subject_id=None, text="Critical.", path="/inbox/", pressing=True
    )
    assert send_push_to(user_id=amina.pk) == 1
    assert service.taken[0][0]["urgency"] == "high"
    assert (state_of(critical), state_of(waits)) == (PushState.SENT, PushState.WAITING)


@pytest.mark.parametrize(
    ("zone", "clock", "is_quiet"),
    [
        ("UTC", "23:30", True),
        ("UTC", "06:00", False),
        ("Asia/Kathmandu", "16:30", True),
        ("America/Lima", "12:00", False),
    ],
)
def test_quiet_hours_go_by_the_persons_own_clock(amina, zone, clock, is_quiet):
    preference = Preference(user=amina, time_zone=zone)
    now = dt.datetime.combine(dt.date(2026, 3, 1), dt.time.fromisoformat(clock), tzinfo=dt.UTC)
    assert preference.is_quiet(now) is is_quiet


def test_a_sending_that_ended_half_way_is_taken_up_again(amina, service, browser, monkeypatch):
    told = tell(amina)
    with monkeypatch.context() as broken:
        broken.setattr(pushes, "_tell", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_push_to(user_id=amina.pk)
    assert state_of(told) == PushState.WAITING
    long_ago = timezone.now() - dt.timedelta(minutes=11)
    Notification.objects.update(push=PushState.SENDING, push_at=long_ago, created_at=long_ago)
    assert send_waiting_pushes() == 1
    assert state_of(told) == PushState.WAITING


def test_a_browser_whose_service_is_no_longer_known_is_not_called(amina, service, browser, monkeypatch):
    monkeypatch.setattr(pushes, "is_known_service", is_known_service)
    tell(amina)
    assert send_push_to(user_id=amina.pk) == 0
    assert (service.taken, PushEndpoint.objects.count()) == ([], 0)


def test_what_waited_for_a_day_is_told_no_more(amina, browser):
    told = tell(amina)
    Notification.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    assert send_waiting_pushes() == 0
    assert state_of(told) == PushState.NONE


def test_without_a_key_nothing_waits(amina, browser, settings):
    settings.HEMATOVISION_VAPID_KEY = ""
    assert state_of(tell(amina)) == PushState.NONE


def test_a_key_that_is_none_stops_the_start(settings):
    assert check_push_key() == []
    for broken in ("no key", new_key()[:-2], f"{new_key()}AA"):
        settings.HEMATOVISION_VAPID_KEY = broken
        assert [error.id for error in check_push_key()] == ["notices.E001"], broken


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.attacker.example/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://[::1/x",
        "https://evil.example\\.fcm.googleapis.com/x",
        "https://evil.example#.fcm.googleapis.com/x",
        "https://evil.example?.fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x y",
        "file:///etc/passwd",
    ],
)
def test_nothing_but_a_known_service_is_ever_called(address):
    assert is_known_service(GOOGLE)
    assert not is_known_service(address)


def subscription(address=GOOGLE):
    browser = Browser()
    return {"address": address, "public_key": browser.public_key, "secret": browser.secret}


def test_a_browser_signs_up_and_moves_to_who_turned_it_on_last(client, amina, bora):
    for person in (amina, bora):
        client.force_login(person)
        assert client.post("/notifications/browsers/", subscription()).status_code == 204
    assert PushEndpoint.objects.get(digest=digest_of(GOOGLE)).user == bora
    assert AuditEvent.objects.filter(object_id=str(amina.pk), reason="turned on by another person").exists()


def test_whoever_chose_no_quiet_hours_has_the_usual_ones_by_their_own_clock(client, amina):
    client.force_login(amina)
    client.post("/notifications/browsers/", subscription() | {"time_zone": "Asia/Kathmandu"})
    assert Preference.objects.get(user=amina).time_zone == "Asia/Kathmandu"


def test_a_point_beside_the_curve_is_no_key(client, amina):
    client.force_login(amina)
    answer = client.post("/notifications/browsers/", subscription() | {"public_key": "BA" + "A" * 85})
    assert answer.status_code == 400


def test_an_unknown_service_and_broken_keys_are_refused_with_a_sentence(client, amina):
    client.force_login(amina)
    answer = client.post("/notifications/browsers/", subscription("https://push.attacker.example/x"))
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "This browser uses a service that the installation does not know.",
    )
    answer = client.post("/notifications/browsers/", subscription() | {"public_key": "short"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "The browser gave no usable address.")
    assert not PushEndpoint.objects.exists()


def test_a_person_removes_a_browser(client, amina, browser):
    client.force_login(amina)
    assert "Quiet hours" in client.get("/notifications/").content.decode()
    client.post(f"/notifications/browsers/{PushEndpoint.objects.get().pk}/remove/")
    assert not PushEndpoint.objects.exists()


def test_quiet_hours_are_saved_and_refused_by_half(client, amina):
    client.force_login(amina)
    client.post(
        "/notifications/quiet-hours/", {"quiet_from": "21:00", "quiet_until": "07:00", "time_zone": "Asia/Tokyo"}
    )
    saved = Preference.objects.get(user=amina)
    assert (saved.quiet_from, saved.quiet_until, saved.time_zone) == (dt.time(21), dt.time(7), "Asia/Tokyo")
    with pytest.raises(Unprocessable):
        set_quiet_hours(actor=amina, begin=dt.time(21), end=None, time_zone="UTC")
    with pytest.raises(Unprocessable):
        set_quiet_hours(actor=amina, begin=None, end=None, time_zone="Mars/Olympus")
