"""`manage.py run_mllp` says that nothing is on, opens a port once something is, and ends when it is told to."""

import asyncio
import os
import signal
import socket
import threading

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections

from integrations.listener import listener
from integrations.models import ConnectionState, ListenerHeartbeat
from tests.factories.hl7_messages import an_order
from tests.factories.mllp_sender import Sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_loop")]


class Watched:
    """What the command prints; does something when it has printed a line that begins so."""

    def __init__(self, when):
        self.lines = []
        self.when = when

    def write(self, text):
        self.lines.append(text)
        for beginning, act in self.when.items():
            if text.startswith(beginning):
                threading.Thread(target=act, args=[text], daemon=True).start()


def end():
    os.kill(os.getpid(), signal.SIGTERM)


def test_it_waits_for_a_connection_and_ends_after_the_message_in_hand(connection, monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(listener, "LOOK_AGAIN_SECONDS", 0.01)
    connection.state = ConnectionState.OFF
    connection.save()
    answers = []

    def switch_on(_said):
        type(connection).objects.filter(pk=connection.pk).update(state=ConnectionState.ON)
        connections.close_all()

    def send(said):
        host, _, port = said.rstrip(".\n").rpartition(" ")[2].rpartition(":")
        sender = Sender((host, int(port)))
        answers.append(sender.send(an_order()).code)
        end()
        sender.is_closed()
        sender.close()

    watched = Watched({listener.NOTHING_IS_ON: switch_on, "Listening for": send})
    call_command("run_mllp", stdout=watched)
    assert answers == ["AA"]
    assert watched.lines[0].startswith(listener.NOTHING_IS_ON)
    assert watched.lines[-1].startswith("No longer listening for")
    assert (tmp_path / "listener").exists()
    beat = ListenerHeartbeat.objects.get(listener=socket.gethostname())
    assert beat.stopped_at is not None
    assert not ListenerHeartbeat.objects.alive().exists()


def test_it_starts_while_the_database_is_away(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path

    def away(*_):
        raise OperationalError("could not connect to server")

    rounds = []
    for name in ("write_start", "ports_in_use", "say_goodbye"):
        monkeypatch.setattr(listener, name, away)

    async def one_round():
        stop = asyncio.Event()
        one = listener.Listener(name="test", say=rounds.append, mark=tmp_path / "listener")
        await one.go_round()
        stop.set()
        await one.run(stop)

    asyncio.run(one_round())
    assert rounds == []
    assert (tmp_path / "listener").exists()
