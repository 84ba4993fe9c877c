"""A database that is away for a moment costs a worker that moment: the run in hand goes on where it was."""

from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction

from classifier.models import Analysis, Prediction
from classifier.services import run_analysis, runs
from classifier.services.in_hand import runs_in_hand
from hematovision import away
from tests.classifier.real_worker import Processes, database_url, empty_broker
from tests.reliability.proxy import Proxy

GONE = "server closed the connection unexpectedly"


def gone():
    raise OperationalError(GONE) from psycopg2.OperationalError(GONE)


@pytest.fixture
def waits(monkeypatch):
    """How often the worker waited, without its waiting."""
    pauses = []
    monkeypatch.setattr(away, "sleep", pauses.append)
    return pauses


@pytest.mark.django_db(transaction=True)
def test_a_result_that_could_not_be_written_is_written_when_it_can_be(image, engine, monkeypatch, waits):
    held = []
    store = runs.store_result

    def fail_once(**given):
        held.extend(runs_in_hand())
        if len(held) == 1:
            gone()
        return store(**given)

    monkeypatch.setattr(runs, "store_result", fail_once)
    analysis = run_analysis(image_id=image.pk, worker="one")

    assert (analysis.state, analysis.attempt) == ("done", 1)
    assert held == [(analysis.pk, 1)] * 2, "the lease is renewed meanwhile"
    assert runs_in_hand() == []
    image.refresh_from_db()
    assert image.display
    assert {cell.predictions.count() for cell in image.cells.all()} == {1}


def test_an_act_is_repeated_only_when_the_database_is_back(monkeypatch, waits):
    class Link:
        in_atomic_block = False
        refusals = 2

        def close(self):
            pass

        def ensure_connection(self):
            if self.refusals:
                self.refusals -= 1
                gone()

    monkeypatch.setattr(away, "connection", Link())
    done = []

    def act():
        done.append("act")
        gone()

    assert away.outlast_database(act, again=lambda: "again") == "again"
    assert (done, waits) == (["act"], [0.5, 1.0])


def test_a_database_that_stays_away_ends_the_attempt(monkeypatch, waits):
    class Link:
        in_atomic_block = False

        def close(self):
            pass

        def ensure_connection(self):
            gone()

    monkeypatch.setattr(away, "connection", Link())
    monkeypatch.setattr(away, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(OperationalError, match=GONE):
        away.outlast_database(gone)
    assert waits == []


def somebody_waits(cursor):
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'classifier_prediction'::regclass")
    return cursor.fetchone()[0]


@pytest.mark.services
@pytest.mark.slow
@pytest.mark.xdist_group("real-workers")
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection that breaks")
def test_a_real_worker_goes_on_when_postgresql_is_back(image, tmp_path):
    empty_broker()
    processes = Processes(tmp_path)
    real = urlsplit(database_url())
    with Proxy(real.hostname, real.port) as proxy:
        netloc = real.netloc.rpartition("@")[0] + f"@127.0.0.1:{proxy.port}"
        try:
            # The worker comes as far as writing its result, and waits there.
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE classifier_prediction IN EXCLUSIVE MODE")
                processes.worker("cut-off", DATABASE_URL=urlunsplit(real._replace(netloc=netloc)))
                processes.beat()
                processes.until(lambda: somebody_waits(cursor), what="a result about to be written")
                proxy.cut()
            processes.until(lambda: proxy.refused, what="a worker that asks for its database")
            assert not Prediction.objects.exists()
            assert Analysis.objects.get().state == "running"
            proxy.mend()
            processes.until(lambda: Analysis.objects.filter(state="done").exists(), what="the result")
        finally:
            processes.end()
            empty_broker()
    analysis = Analysis.objects.get()
    assert (analysis.attempt, analysis.worker.partition("@")[0]) == (1, "cut-off")
