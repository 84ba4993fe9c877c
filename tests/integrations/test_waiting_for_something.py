"""An answer is held back while there is nothing to say, for a while, and only so many."""

from __future__ import annotations

import pytest

from hematovision.errors import TooManyAttempts
from integrations import waiting


@pytest.fixture
def slept():
    return []


def test_it_is_answered_as_soon_as_there_is_something(slept):
    answers = iter([[], ["event"]])
    assert waiting.until_found(lambda: next(answers), seconds=20, pause=slept.append) == ["event"]
    assert slept == [1.0, 1.0]


def test_it_is_answered_at_the_end_of_its_time(slept):
    assert waiting.until_found(list, seconds=2.5, pause=slept.append) == []
    assert slept == [1.0, 1.0, 0.5]


def test_a_process_without_a_spare_thread_answers_at_once(slept, monkeypatch):
    import threading

    monkeypatch.setattr(waiting, "_SPARE", threading.BoundedSemaphore(1))
    with waiting._SPARE:
        assert waiting.until_found(lambda: ["event"], seconds=20, pause=slept.append) == []
    assert slept == []


def test_a_caller_has_two_places():
    third = waiting.place_of("lis")
    with waiting.place_of("lis"), waiting.place_of("lis"), waiting.place_of("other"), pytest.raises(TooManyAttempts):
        third.__enter__()
    with waiting.place_of("lis"):
        pass
