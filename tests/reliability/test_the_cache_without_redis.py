"""An unreachable Redis is an empty cache, but for the keys that guard sign-in."""

import pickle

import pytest
from structlog.testing import capture_logs

from hematovision import cache as cache_module
from hematovision.cache import ForgivingRedisCache, JsonValues
from hematovision.errors import Unavailable

UNSERVED = "redis://:swordfish@127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _nothing_known_of_redis(monkeypatch):
    monkeypatch.setattr(ForgivingRedisCache, "_away_until", {})


def test_reads_miss_and_writes_vanish():
    cache = ForgivingRedisCache(UNSERVED, {})
    cache.set("a", 1)
    cache.set_many({"a": 1})
    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("a", 1) is True, "nobody has put it there, so whatever happens once happens"
    assert not cache.has_key("a")
    assert cache.get_or_set("a", 7) == 7
    assert (cache.touch("a"), cache.delete("a")) == (False, False)
    cache.clear()
    cache.delete_many(["a"])
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


@pytest.mark.parametrize("key", ["allauth:rl:login", "allauth.mfa.totp.used?user=1", "sign-in:token", "axes-1"])
def test_what_guards_sign_in_is_not_forgotten_but_refused(key):
    cache = ForgivingRedisCache(UNSERVED, {"KEY_PREFIX": "hematovision"})
    for ask in (cache.get, cache.incr, cache.delete, lambda key: cache.add(key, 1), lambda key: cache.set(key, 1)):
        with pytest.raises(Unavailable, match="cannot be checked"):
            ask(key)


def test_it_is_said_once_and_without_the_address():
    cache = ForgivingRedisCache(UNSERVED, {})
    with capture_logs() as logs:
        for _ in range(5):
            cache.get("a")
        ForgivingRedisCache(UNSERVED, {}).get("a")
    assert [line["event"] for line in logs] == ["cache_away"]
    assert "swordfish" not in str(logs)


def test_a_redis_that_was_away_is_left_alone_for_a_while(monkeypatch):
    now = [100.0]
    asked = []
    monkeypatch.setattr(cache_module, "monotonic", lambda: now[0])
    cache = ForgivingRedisCache(UNSERVED, {})

    def ask():
        asked.append(now[0])
        raise cache_module.NotConnected

    for now[0] in (100.0, 104.9, 105.1):
        cache._asked(["a"], ask, away=None)
    assert asked == [100.0, 105.1]


@pytest.mark.services
def test_a_redis_that_comes_back_is_used_again(redis, no_waiting):
    cache = ForgivingRedisCache(redis.url, {})
    cache.set("a", "kept")
    assert cache.get("a") == "kept"
    redis.stop()
    with capture_logs() as logs:
        assert cache.get("a") is None
        with pytest.raises(Unavailable):
            cache.get("allauth:rl:login")
        redis.start()
        cache.set("a", "again")
    assert cache.get("a") == "again"
    assert cache.get("allauth:rl:login") is None
    assert [line["event"] for line in logs] == ["cache_away", "cache_back"]


@pytest.mark.parametrize("value", [7, 0, True, None, "a", [1764475000.5, 3.0], {"a": [1]}])
def test_values_are_kept_as_json(value):
    serializer = JsonValues()
    assert serializer.loads(str(serializer.dumps(value)).encode()) == value


def test_whole_numbers_can_be_counted_up_by_redis():
    assert JsonValues().dumps(7) == "7"


def test_what_would_run_code_is_refused():
    with pytest.raises(ValueError, match="decode"):
        JsonValues().loads(pickle.dumps({"a": 1}))
    with pytest.raises(TypeError):
        JsonValues().dumps(object())
