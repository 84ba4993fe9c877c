"""A browser gets the public half of a key pair; the server alone opens what was kept, for who kept it, and says so."""

import base64
import secrets
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.management import call_command
from django.db import connection

from audit.models import AuditEvent
from hematovision import verifications
from offline.models import DeviceKey
from offline.services.device_keys import MOST_DEVICES, make_device_key, revoke_device_key

pytestmark = pytest.mark.django_db
SECRET = secrets.token_bytes(32)


@pytest.fixture
def ask(client):
    def ask(path, body, user=None):
        if user is not None:
            client.force_login(user)
        return client.post(f"/offline/{path}/", body, content_type="application/json")

    return ask


def last_event():
    return AuditEvent.objects.order_by("id").last()


def test_the_browser_gets_the_public_half_and_nothing_else(ask, amina):
    answer = ask("devices", {}, amina)
    assert answer.status_code == 201
    assert set(answer.json()) == {"device", "public_key"}
    assert load_der_public_key(base64.b64decode(answer.json()["public_key"])).key_size == 3072
    assert "no-store" in answer["Cache-Control"]
    assert (last_event().action, last_event().object_id) == ("create", answer.json()["device"])


def test_the_private_half_lies_encrypted(device):
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key FROM offline_devicekey")
        stored = cursor.fetchone()[0]
    assert "PRIVATE" not in stored
    assert device.private_key.startswith("-----BEGIN PRIVATE KEY-----")


def test_who_kept_it_has_it_unwrapped(ask, amina, device, wrap):
    body = {"device": str(device.pk), "wrapped": [wrap(device, SECRET), "A" * 512]}
    answer = ask("unwrap", body, amina)
    assert answer.json() == {"keys": [base64.b64encode(SECRET).decode(), None]}
    assert last_event().after == {"keys": 2, "not_opened": 1}
    device.refresh_from_db()
    assert device.last_used_at is not None


def test_what_was_wrapped_for_another_device_stays_closed(ask, amina, device, wrap):
    other = make_device_key(actor=amina, browser="Another")
    answer = ask("unwrap", {"device": str(device.pk), "wrapped": [wrap(other, SECRET)]}, amina)
    assert answer.json() == {"keys": [None]}


def test_nobody_elses_device_exists(ask, bora, ines, device, wrap):
    body = {"device": str(device.pk), "wrapped": [wrap(device, SECRET)]}
    assert ask("unwrap", body, bora).status_code == 404
    assert ask("unwrap", body, ines).status_code == 404


def test_a_revoked_device_opens_nothing_any_more(ask, amina, device, wrap):
    wrapped = wrap(device, SECRET)
    revoke_device_key(actor=amina, device=device.pk)
    answer = ask("unwrap", {"device": str(device.pk), "wrapped": [wrapped]}, amina)
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:hematovision:problem:device-revoked")
    device.refresh_from_db()
    assert device.private_key == ""


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"device": "no id"},
        {"device": None},
        {"wrapped": []},
        {"wrapped": "A" * 512},
        {"wrapped": ["A" * 511]},
        {"wrapped": ["A" * 511 + "="]},
        {"wrapped": [None]},
        {"wrapped": ["A" * 512] * 51},
    ],
)
def test_a_body_is_exactly_what_it_has_to_be(ask, amina, device, change):
    answer = ask("unwrap", {"device": str(device.pk), "wrapped": ["A" * 512]} | change, amina)
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize(("path", "scope"), [("devices", "device_key"), ("unwrap", "unwrap")])
def test_asking_too_often_is_refused(ask, amina, device, monkeypatch, path, scope):
    monkeypatch.setattr("hematovision.rest.throttles.PerScope.THROTTLE_RATES", {scope: "1/min"}, raising=False)
    body = {} if path == "devices" else {"device": str(device.pk), "wrapped": ["A" * 512]}
    assert ask(path, body, amina).status_code < 300
    assert ask(path, body).status_code == 429


def test_too_many_devices_are_refused_because_none_is_let_go_by_itself(amina, ask):
    same = {"user": amina, "public_key": "x"}
    DeviceKey.objects.bulk_create([DeviceKey(**same) for _ in range(MOST_DEVICES)])
    answer = ask("devices", {}, amina)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hematovision:problem:too-many-devices")


def test_keys_outlive_a_rotation_of_the_field_keys(settings, device, amina, ask, wrap):
    from cryptography.fernet import Fernet

    old = settings.HEMATOVISION_FIELD_KEYS
    settings.HEMATOVISION_FIELD_KEYS = [Fernet.generate_key().decode(), *old]
    call_command("rotate_field_keys", verbosity=0)
    settings.HEMATOVISION_FIELD_KEYS = settings.HEMATOVISION_FIELD_KEYS[:1]
    assert DeviceKey.objects.get().private_key == device.private_key
    assert AuditEvent.objects.get(reason="Field keys rotated.").after["device_keys"] == 1


def test_a_public_half_put_in_its_place_is_found(device):
    check = dict(verifications.registered())["device keys"]
    assert not [each for each in check() if isinstance(each, verifications.Finding)]
    DeviceKey.objects.update(public_key="somebody else's")
    assert [each.object_id for each in check() if isinstance(each, verifications.Finding)] == [str(device.pk)]


def test_the_list_of_sessions_shows_the_device_and_leads_to_its_end(client, amina, device):
    client.force_login(amina)
    assert f"/offline/devices/{device.pk}/revoke/" in client.get("/accounts/sessions/").text
    assert "is lost for good" in client.get(f"/offline/devices/{device.pk}/revoke/").text
    client.post(f"/offline/devices/{device.pk}/revoke/")
    assert last_event().action == "delete"
    assert str(device.pk) not in client.get("/accounts/sessions/").text


def test_a_discard_is_written_down_with_whose_work_it_was(ask, amina, ines):
    assert ask("discard", {"person": str(amina.pk), "items": 8}, ines).status_code == 204
    event = last_event()
    assert (event.actor_id, event.object_id, event.after) == (ines.pk, str(amina.pk), {"items": 8})
    assert ask("discard", {"person": str(uuid4()), "items": 8}).status_code == 404


def test_who_is_signed_in_is_told_to_the_page_that_knows_nobody(client, amina):
    assert client.get("/offline/person/").status_code == 401
    client.force_login(amina)
    told = client.get("/offline/person/").json()
    assert (told["person"], told["name"], told["may_keep"]) == (str(amina.pk), "Amina", True)
    assert told["token"]
