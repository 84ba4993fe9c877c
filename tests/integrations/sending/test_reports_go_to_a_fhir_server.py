"""A Bundle goes to a FHIR server under the id of its case; the status of the answer decides."""

import http.server
import json
import threading

import pytest

from integrations.models import AttemptOutcome, ConnectionKind, Message, MessageState
from integrations.sending.fhir import judged
from integrations.services.sending import drain
from tests.factories.connections import a_connection
from tests.integrations.sending._sending import Clock, a_case, signed

pytestmark = pytest.mark.django_db


class FhirServer(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came.append((self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 201)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FhirServer)
    made.came, made.statuses = [], []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def push(central, ines, server):
    address = f"http://127.0.0.1:{server.server_port}/fhir/"
    return a_connection(central, ines, ConnectionKind.FHIR_PUSH, address=address)


def test_each_version_takes_the_place_of_the_one_before(riverside, pavel, push, server):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    assert drain(push.pk) == 2
    assert {path for path, *_ in server.came} == {f"/fhir/Bundle/{case.pk}"}
    assert {media for _, media, _ in server.came} == {"application/fhir+json"}
    reports = [
        next(entry["resource"] for entry in body["entry"] if entry["resource"]["resourceType"] == "DiagnosticReport")
        for *_, body in server.came
    ]
    assert [report["status"] for report in reports] == ["final", "corrected"]
    assert {body["id"] for *_, body in server.came} == {str(case.pk)}
    assert {body["type"] for *_, body in server.came} == {"collection"}
    assert set(Message.objects.values_list("state", "kind", "answer_code")) == {("acknowledged", "Bundle", "201")}


def test_what_is_unavailable_is_tried_again_and_what_is_refused_is_not(riverside, pavel, push, server):
    signed(riverside, pavel)
    server.statuses = [503, 429, 422]
    clock = Clock()
    for _ in range(4):
        drain(push.pk, now=clock)
        clock.go(minutes=1)
    message = Message.objects.get()
    assert message.state == MessageState.REFUSED
    assert message.sentence == "The receiver refused it. Its answer was 422."
    assert len(server.came) == 3


@pytest.mark.parametrize(
    ("status", "outcome", "of_the_connection"),
    [
        (200, AttemptOutcome.ACKNOWLEDGED, False),
        (204, AttemptOutcome.ACKNOWLEDGED, False),
        (302, AttemptOutcome.WRONG_ANSWER, True),
        (400, AttemptOutcome.REFUSED, False),
        (408, AttemptOutcome.FAILED, True),
        (410, AttemptOutcome.REFUSED, False),
        (425, AttemptOutcome.FAILED, True),
        (429, AttemptOutcome.FAILED, True),
        (500, AttemptOutcome.FAILED, True),
        (503, AttemptOutcome.FAILED, True),
    ],
)
def test_statuses(status, outcome, of_the_connection):
    told = judged(status)
    assert (told.outcome, told.concerns_the_connection) == (outcome, of_the_connection)


def test_an_inner_address_is_not_sent_to(riverside, pavel, push, server, settings):
    settings.WEBHOOK_NETWORKS = []
    signed(riverside, pavel)
    assert drain(push.pk) == 0
    assert Message.objects.get().attempts.get().detail == "Only addresses with TLS (https) are sent to."
    assert server.came == []
