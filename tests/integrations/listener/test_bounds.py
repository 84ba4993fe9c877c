"""One sender has a pace, all together have a bound, and a port lets in whom its networks name."""

import uuid

import pytest

from integrations.hl7.faults import UnreadableError
from integrations.listener.bounds import HeldBytes, Pace
from integrations.listener.ports import Port


def test_the_first_messages_of_a_minute_wait_for_nothing():
    pace = Pace(60)
    assert [pace.wait(1000.0) for _ in range(60)] == [0.0] * 60


def test_more_than_that_wait_a_second_each():
    pace = Pace(60)
    for _ in range(60):
        pace.wait(1000.0)
    assert [pace.wait(1000.0) for _ in range(3)] == [1.0, 2.0, 3.0]


def test_a_pause_makes_room_again_but_never_more_than_a_minute():
    pace = Pace(60)
    for _ in range(60):
        pace.wait(1000.0)
    assert pace.wait(1030.0) == 0.0
    assert [pace.wait(9000.0) for _ in range(61)][-2:] == [0.0, 1.0]


def test_unfinished_messages_are_bounded_together():
    held = HeldBytes(most=100)
    held.hold("one", 60)
    held.hold("two", 40)
    with pytest.raises(UnreadableError):
        held.hold("three", 1)
    held.let_go("three")
    held.let_go("one")
    held.hold("two", 100)


@pytest.mark.parametrize(
    ("networks", "address", "admitted"),
    [
        (("10.1.2.0/24",), "10.1.2.9", True),
        (("10.1.2.0/24",), "10.1.3.9", False),
        (("10.1.2.9",), "::ffff:10.1.2.9", True),
        (("fd00::/8",), "fd00::1%eth0", True),
        (("10.0.0.0/8",), "fd00::1", False),
        ((), "127.0.0.1", False),
    ],
)
def test_networks(networks, address, admitted):
    port = Port(uuid.uuid4(), "LIS", "127.0.0.1", 2575, networks, None)
    assert port.admits(address) is admitted
