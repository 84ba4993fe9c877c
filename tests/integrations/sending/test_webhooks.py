"""A webhook says that something happened, signed so that a stranger's library takes it; the feed stays the truth."""

import base64
import datetime as dt
import http.server
import json
import threading

import pytest
from django.db import connection
from standardwebhooks import Webhook, WebhookVerificationError

from audit.models import AuditEvent
from cases.models import PatientRestriction
from hematovision.errors import Conflict, NotFound, PermissionRefused
from integrations.connection_verification import check_connections
from integrations.message_verification import check_messages
from integrations.models import Connection, ConnectionKind, ConnectionState, FeedEvent, Message, MessageState
from integrations.sending.webhook import WebhookLink, new_secret, signature
from integrations.services.resending import send_again
from integrations.services.sending import drain
from integrations.services.webhooks import renew_secret, retire_former_secret, send_test
from notices.models import Notification
from tests.factories.connections import a_connection
from tests.integrations.sending._sending import Clock, a_case, signed

pytestmark = pytest.mark.django_db


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((dict(self.headers), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    made.came, made.statuses = [], []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def webhook(central, ines, receiver):
    return a_connection(
        central,
        ines,
        ConnectionKind.WEBHOOK,
        address=f"http://127.0.0.1:{receiver.server_port}/hematovision",
        secret=new_secret(),
    )


def away(connection, clock):
    """Drain while nobody is there, until nothing more is tried."""
    Connection.objects.filter(pk=connection.pk).update(address="http://127.0.0.1:1/")
    for _ in range(100):
        drain(connection.pk, now=clock)
        clock.go(hours=1)


def test_a_strangers_library_takes_it(riverside, pavel, webhook, receiver):
    report = signed(riverside, pavel)
    assert drain(webhook.pk) >= 1
    headers, body = receiver.came[-1]
    said = Webhook(webhook.secret).verify(body, headers)
    event = FeedEvent.objects.get(report=report, type="report.signed")
    assert said["type"] == "report.signed"
    assert said["data"] == {
        "event": str(event.event_id),
        "laboratory": str(event.laboratory_id),
        "clinic": str(event.clinic_id),
        "case": str(event.case_id),
        "patient": str(event.patient_id),
        "report": str(report.pk),
        "version": 1,
    }
    assert headers["webhook-id"] == str(event.event_id)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.secret).verify(body.replace(b"signed", b"opened"), headers)


def test_it_names_nobody(riverside, pavel, webhook, receiver):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    drain(webhook.pk)
    everything = b"".join(body for _, body in receiver.came).decode()
    for name in (case.patient.family_name, case.patient.mrn, case.accession_number):
        assert name not in everything


def test_the_vector_of_the_specification():
    secret = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
    body = b'{"type":"report.signed"}'
    made = signature(secret, identity="msg_1", timestamp=1_700_000_000, body=body)
    at = dt.datetime.fromtimestamp(1_700_000_000, tz=dt.UTC)
    assert made == Webhook(secret).sign("msg_1", at, body.decode())


def test_only_the_types_that_were_chosen(riverside, pavel, webhook, receiver):
    Connection.objects.filter(pk=webhook.pk).update(event_types=["report.corrected"])
    case = a_case(riverside)
    signed(riverside, pavel, case)
    signed(riverside, pavel, case, kind="corrected")
    drain(webhook.pk)
    assert [json.loads(body)["type"] for _, body in receiver.came] == ["report.corrected"]


def test_nothing_is_told_of_a_restricted_patient(riverside, pavel, ines, webhook, receiver):
    case = a_case(riverside)
    signed(riverside, pavel, case)
    # As an administrator may once the report was acknowledged.
    PatientRestriction.objects.create(patient=case.patient, restricted_by=ines, reason="They asked for it.")
    drain(webhook.pk)
    assert receiver.came == []


@pytest.mark.parametrize("status", [302, 400, 404, 500])
def test_whatever_is_no_success_is_tried_again_with_the_same_id(riverside, pavel, webhook, receiver, status):
    receiver.statuses = [status]
    Connection.objects.filter(pk=webhook.pk).update(event_types=["report.signed"])
    signed(riverside, pavel)
    clock = Clock()
    assert drain(webhook.pk, now=clock) == 0
    assert Message.objects.get().state == MessageState.QUEUED
    clock.go(hours=1)
    assert drain(webhook.pk, now=clock) == 1
    assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
    assert len({body for _, body in receiver.came}) == 1


def test_the_time_is_that_of_the_attempt():
    class Times:
        at = 1_000.0

    def clock():
        return Times.at

    link = WebhookLink("https://receiver.example/", [new_secret()], clock=clock)
    message = type("Sent", (), {"control_id": "a-r2", "content": b"{}"})()
    first = link._headers(message)
    Times.at = 5_000.0
    second = link._headers(message)
    assert (first["webhook-timestamp"], second["webhook-timestamp"]) == ("1000", "5000")
    assert first["webhook-signature"] != second["webhook-signature"]
    assert first["webhook-id"] == second["webhook-id"] == "a"


def test_gone_switches_it_off_and_administrators_hear(riverside, pavel, ines, webhook, receiver):
    receiver.statuses = [410]
    signed(riverside, pavel)
    drain(webhook.pk)
    webhook.refresh_from_db()
    assert webhook.state == ConnectionState.OFF
    assert "410" in webhook.state_reason
    assert Notification.objects.filter(user=ines, kind="connection-off").count() == 1
    assert list(check_connections()) == list(check_messages()) == []


def test_nobody_there_for_72_hours_switches_it_off(riverside, pavel, ines, webhook):
    signed(riverside, pavel)
    clock = Clock()
    away(webhook, clock)
    webhook.refresh_from_db()
    assert webhook.state == ConnectionState.OFF
    assert "72 hours" in webhook.state_reason
    assert not Message.objects.filter(state=MessageState.QUEUED).exists()
    assert Notification.objects.filter(user=ines, kind="connection-off").exists()


def test_what_was_not_told_holds_back_nothing(riverside, pavel, webhook, receiver):
    Connection.objects.filter(pk=webhook.pk).update(event_types=["report.signed", "report.corrected"])
    case = a_case(riverside)
    signed(riverside, pavel, case)
    clock = Clock()
    away(webhook, clock)
    Connection.objects.filter(pk=webhook.pk).update(
        address=webhook.address, state=ConnectionState.ON, retry_at=None, failures=0, failing_since=None
    )
    signed(riverside, pavel, case, kind="corrected")
    assert drain(webhook.pk, now=clock) == 1
    assert json.loads(receiver.came[-1][1])["type"] == "report.corrected"


def test_two_secrets_sign_while_one_takes_over(riverside, pavel, ines, webhook, receiver):
    old = webhook.secret
    new = renew_secret(actor=ines, connection=webhook)
    signed(riverside, pavel)
    drain(webhook.pk)
    headers, body = receiver.came[-1]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    with pytest.raises(Conflict):
        renew_secret(actor=ines, connection=webhook)
    retire_former_secret(actor=ines, connection=webhook)
    send_test(actor=ines, connection=webhook)
    drain(webhook.pk)
    headers, body = receiver.came[-1]
    assert Webhook(new).verify(body, headers)["type"] == "connection.test"
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)
    assert list(check_connections()) == []


def test_secrets_lie_encrypted_and_stay_out_of_the_trail(ines, webhook):
    secret = renew_secret(actor=ines, connection=webhook)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, former_secret FROM integrations_connection")
        stored = str(cursor.fetchall())
    assert secret not in stored
    assert webhook.secret not in stored
    assert secret not in json.dumps(list(AuditEvent.objects.values_list("before", "after")), default=str)


def test_one_is_sent_again_under_the_id_its_receiver_knows(riverside, pavel, ines, webhook, receiver):
    Connection.objects.filter(pk=webhook.pk).update(event_types=["report.signed"])
    signed(riverside, pavel)
    drain(webhook.pk)
    again = send_again(actor=ines, message=Message.objects.get())
    drain(webhook.pk)
    first, second = (headers["webhook-id"] for headers, _ in receiver.came)
    assert first == second
    again.refresh_from_db()
    assert again.state == MessageState.ACKNOWLEDGED


@pytest.mark.parametrize("act", [renew_secret, retire_former_secret, send_test])
def test_only_administrators_of_the_laboratory_act(act, webhook, olga, petra):
    with pytest.raises(PermissionRefused):
        act(actor=olga, connection=webhook)
    with pytest.raises(NotFound):
        act(actor=petra, connection=webhook)


def test_no_test_over_one_that_is_off(ines, webhook):
    Connection.objects.filter(pk=webhook.pk).update(state=ConnectionState.OFF)
    with pytest.raises(Conflict):
        send_test(actor=ines, connection=webhook)


def test_other_kinds_have_no_such_secret(ines, central):
    with pytest.raises(Conflict):
        renew_secret(actor=ines, connection=a_connection(central, ines))
