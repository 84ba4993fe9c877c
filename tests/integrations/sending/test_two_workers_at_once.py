"""Two workers on one connection: each message is made once, sent by one of them, and acknowledged once, in order within its case."""

import pytest

from integrations.models import Attempt, AttemptOutcome, Message, MessageState
from integrations.services.feed import number_events
from integrations.services.outbox import queue_events
from integrations.services.sending import drain
from tests.factories.connections import a_connection
from tests.factories.reports import signed_report
from tests.integrations.sending._receiver import LisReceiver
from tests.integrations.sending._sending import a_case
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lis(central, ines):
    return a_connection(central, ines, name="LIS", port=1)


@pytest.fixture
def cases(riverside, pavel, lis):
    """Six cases with a report and its correction each."""
    made = [a_case(riverside) for _ in range(6)]
    for kind in ("original", "corrected"):
        for case in made:
            signed_report(case, pavel, kind=kind)
    number_events()
    return made


def test_both_send(lis, cases):
    with LisReceiver() as receiver:
        lis.port = receiver.port
        lis.save(update_fields=["port"])
        results = together(*[lambda: drain(lis.pk) for _ in range(2)])
        # Whoever came second found the lease taken, and may have made messages after the other had looked for the last time.
        results.append(drain(lis.pk))
    assert sum(results) == 12
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.ACKNOWLEDGED}
    assert list(Attempt.objects.values_list("outcome", flat=True)) == [AttemptOutcome.ACKNOWLEDGED] * 12
    assert len(receiver.control_ids) == 12
    for case in cases:
        own = [one for one in receiver.control_ids if one.startswith(case.pk.hex[:12])]
        assert [one[-2:] for one in own] == ["-1", "-2"]


def test_both_make_messages(lis, cases):
    results = together(*[lambda: queue_events(lis) for _ in range(3)])
    assert sum(results) == 12
    assert Message.objects.count() == 12
