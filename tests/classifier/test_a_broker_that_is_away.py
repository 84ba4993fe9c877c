import pytest
from celery import current_app

from classifier.services import send_message, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def unreachable():
    """Point the app at a broker nobody serves, and back afterwards."""
    before = current_app.conf.broker_url, current_app.conf.broker_transport_options
    impatient = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    use("redis://127.0.0.1:1/0", {"socket_connect_timeout": 1, **impatient})
    yield
    use(*before)


def use(url, options):
    current_app.conf.update(broker_url=url, broker_write_url=url, broker_transport_options=options)
    # Celery keeps the pools of the broker it met first.
    current_app._pool = None
    current_app.amqp._producer_pool = None


def test_the_upload_succeeds_and_the_run_waits_for_the_sweeper(active, receive, unreachable):
    image = receive()

    analysis = image.analyses.get()
    assert (image.state, analysis.state, analysis.sent_at) == ("queued", "queued", None)


def test_a_message_that_cannot_be_sent_is_reported_not_raised(image, unreachable):
    assert send_message(analysis_id=image.analyses.get().pk, image_id=image.pk, priority="routine") is False


def test_a_sweep_without_a_broker_ends_and_leaves_everything_waiting(active, receive, unreachable):
    image = receive()

    swept = sweep()

    assert (swept.not_sent, swept.sent_again) == (1, 0)
    assert image.analyses.get().sent_at is None
