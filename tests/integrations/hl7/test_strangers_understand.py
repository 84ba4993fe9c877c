"""Programs of others, as they come from their registry, take what is sent and send what is taken."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from integrations.hl7.ack import accept, is_answer_to, parse_answer, refuse
from integrations.hl7.faults import FaultError
from integrations.hl7.inbound import parse
from integrations.hl7.mllp import Unframer, frame
from integrations.hl7.reading import header_of
from tests.integrations.hl7._messages import AT, a_report, built, sent
from tests.integrations.hl7.test_what_other_systems_send import O33, PID, message

PEERS = Path(__file__).parent / "peers"
PACKAGES = ("node-hl7-server", "@medplum/hl7")
MISSING = [name for name in PACKAGES if not (settings.BASE_DIR / "node_modules" / name).is_dir()]
SECONDS = 30

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed."),
    pytest.mark.skipif(bool(MISSING), reason=f"Not installed by npm: {', '.join(MISSING)}."),
]


@pytest.fixture
def receiver(free_tcp_port):
    """A receiving program that listens, and its port."""
    with subprocess.Popen(
        ["node", PEERS / "receiver.js", str(free_tcp_port)], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline().strip() == "listening"
        yield running, free_tcp_port
        running.kill()


def received(connection, unframer):
    """The next message of a connection; None where the other side has closed it."""
    while content := connection.recv(65536):
        found = unframer.feed(content)
        if found:
            return found[0]
    return None


def test_a_stranger_takes_a_result_and_its_correction(receiver):
    running, port = receiver
    first = a_report(patient={"family_name": "M\u00fcller|^~\\&\nSon"})
    versions = [
        (built(first, pdf=b"%PDF" * 50_000), "F", "F"),
        (built(a_report(kind="corrected", version=2), pdf=b"%PDF", earlier=(sent(first),)), "C", "C"),
        (built(a_report(kind="withdrawn", version=2), earlier=(sent(first),)), "X", "X"),
        (built(a_report(kind="withdrawn", version=2, reason_code="wrong_patient"), earlier=(sent(first),)), "X", "W"),
    ]
    for outgoing, order, status in versions:
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
            connection.sendall(frame(outgoing.content))
            answer = parse_answer(received(connection, Unframer()))
        assert answer.is_accepted
        assert is_answer_to(answer, outgoing.control_id)
        told = json.loads(running.stdout.readline())
        assert (told["control"], told["status"], set(told["results"])) == (outgoing.control_id, order, {status})


def test_what_a_stranger_sends_is_understood(tmp_path, free_tcp_port):
    messages = [
        O33,
        message("ADT^A08^ADT_A01", "EVN|A08|20261130", PID, control="K-2"),
        message("ADT^A40^ADT_A39", "EVN|A40|20261130", PID, "MRG|PN-11^^^NORTHWARD", control="K-3"),
        message("SIU^S12", PID, control="K-4"),
    ]
    files = [tmp_path / f"{number}.hl7" for number in range(len(messages))]
    for file, content in zip(files, messages, strict=True):
        file.write_bytes(content)
    taken, unframer = [], Unframer()
    with (
        socket.create_server(("127.0.0.1", free_tcp_port)) as listener,
        subprocess.Popen(
            ["node", PEERS / "sender.js", str(free_tcp_port), *files], stdout=subprocess.PIPE, text=True
        ) as running,
    ):
        listener.settimeout(SECONDS)
        connection, _address = listener.accept()
        with connection:
            connection.settimeout(SECONDS)
            while (content := received(connection, unframer)) is not None:
                try:
                    taken.append(parse(content).header)
                    answer = accept(taken[-1], control_id=f"A-{len(taken)}", at=AT)
                except FaultError as fault:
                    answer = refuse(header_of(content), fault, control_id="A-0", at=AT)
                connection.sendall(frame(answer.content))
        answers = [json.loads(line) for line in running.stdout]
    assert [header.kind for header in taken] == ["OML^O33", "ADT^A08", "ADT^A40"]
    assert [(found["code"], found["control"]) for found in answers] == [
        ("AA", "K-1"),
        ("AA", "K-2"),
        ("AA", "K-3"),
        ("AR", "K-4"),
    ]
