"""What the libraries put into the cache comes back from Redis as it was, and lies there as plain JSON."""

from __future__ import annotations

import json
import uuid

import pytest
import redis
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.core.cache import cache

from tests.people import PASSWORD

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not django_settings.REDIS_URL, reason="REDIS_URL names no Redis"),
]

CODES = "/accounts/2fa/authenticate/"


@pytest.fixture
def stored(settings):
    """The site's cache is in Redis; a function that returns the values that lie there."""
    prefix = f"test-{uuid.uuid4().hex}"
    settings.CACHES = {
        "default": {
            "BACKEND": "hematovision.cache.ForgivingRedisCache",
            "LOCATION": settings.REDIS_URL,
            "KEY_PREFIX": prefix,
        }
    }
    server = redis.Redis.from_url(settings.REDIS_URL)
    yield lambda: [server.get(key) for key in server.scan_iter(f"{prefix}:*")]
    for key in server.scan_iter(f"{prefix}:*"):
        server.delete(key)
    server.close()


def test_values_come_back_and_are_counted(stored):
    cache.set("list", [1.5, "a"])
    cache.add("tries", 0)
    assert cache.incr("tries") == 1
    assert (cache.get("list"), cache.get("tries"), cache.get("nothing", 7)) == ([1.5, "a"], 1, 7)
    assert not cache.add("tries", 0)


def test_codes_are_counted_and_used_once(stored, client, pavel, code_for):
    secret = generate_totp_secret()
    TOTP.activate(pavel, secret)
    client.post("/accounts/login/", {"login": pavel.email, "password": PASSWORD})
    for _ in range(3):
        client.post(CODES, {"code": "000000"})
    client.post(CODES, {"code": code_for(secret)})
    assert client.session["_auth_user_id"] == str(pavel.pk)
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": pavel.email, "password": PASSWORD})
    client.post(CODES, {"code": code_for(secret)})
    assert "_auth_user_id" not in client.session
    assert stored()
    for value in stored():
        json.loads(value)


def test_calls_are_throttled(stored, client, amina, monkeypatch):
    monkeypatch.setattr("hematovision.rest.throttles.PerCaller.rate", "2/min", raising=False)
    client.force_login(amina)
    assert [client.get("/api/v1/cases/").status_code for _ in range(3)] == [200, 200, 429]
