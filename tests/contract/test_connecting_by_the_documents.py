"""docs/lis.md, 'Connect in 30 minutes': what it says to enter, save and run does what it says will be seen."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from accounts.services import update_organisation
from cases.models import Case, Order
from cases.services.cases import submit_case
from cases.services.images import receive_image
from cases.services.orders import open_case_of_order
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from integrations.forms.connection import ConnectionForm
from integrations.hl7.faults import FaultError
from integrations.models import Charset, Connection, Mapping, Message, MessageState
from integrations.sending.retries import PAUSES
from integrations.services.sending import drain
from tests.factories.image_files import upload
from tests.factories.reports import PDF, signed_report
from tests.factories.running_listener import Running
from tests.integrations.conftest import zoe  # noqa: F401 - the second administrator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE = 120  # seconds a busy computer may need; a sound one needs none of it
TEXT = (settings.BASE_DIR / "docs" / "lis.md").read_text()
KINDS = ("mllp_in", "mllp_out")


def section(title):
    """What stands below a heading of the third level."""
    return re.search(rf"^### {title}\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)[1]


class Newcomer:
    """Somebody who saves the blocks of a section in a folder and runs them."""

    def __init__(self, folder, *titles):
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
        self.commands = [
            command
            for title in titles
            for block in re.findall(r"```sh\n(.*?)```", section(title), re.DOTALL)
            for command in block.replace("\\\n", " ").splitlines()
        ]
        for title in titles:
            for block in re.findall(r"```python\n(.*?)```", section(title), re.DOTALL):
                (folder / re.match(r"# (\w+\.py)\n", block)[1]).write_text(block)

    def command(self, program):
        """The arguments of the first command that runs a program."""
        (found, *_) = [line for line in self.commands if program in line]
        return shlex.split(found, comments=True)

    def start(self, program, *arguments):
        """Start a program of the document with these arguments."""
        return subprocess.Popen(
            [sys.executable, program, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, program, *arguments):
        """Run one to its end; returns the lines it printed."""
        process = self.start(program, *arguments)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
        return out.splitlines()


def as_entered(words):
    return {"yes": "on", "no": "", "UTF-8": Charset.UTF_8}.get(words, words)


def settings_of_the_table(person, kind):
    """What the document says to enter for a kind of connection, by the names of the form's fields."""
    labels = {str(field.label): name for name, field in ConnectionForm(user=person, kind=kind).fields.items()}
    rows = re.findall(r"^\| ([A-Z][^|]+) \| ([^|]*)\| ([^|]*)\|$", section("By HL7 v2 over MLLP"), re.MULTILINE)
    column = 1 + KINDS.index(kind)
    return {labels[row[0]]: as_entered(row[column].strip()) for row in rows if row[column].strip()}


@pytest.fixture
def connected(client, riverside, ines, zoe):  # noqa: F811
    """Both connections, as two administrators make them on the pages; what is entered is what the document says."""
    update_organisation(
        actor=ines, organisation=riverside, name=riverside.name, is_active=True, hl7_authority="RIVERSIDE"
    )
    client.force_login(ines)
    client.post("/integrations/mappings/new/", {"name": "Codes"})
    for kind in KINDS:
        said = settings_of_the_table(ines, kind)
        if "mapping" in said:
            said["mapping"] = Mapping.objects.get(name=said["mapping"]).pk
        answer = client.post(f"/integrations/connections/new/?kind={kind}", said)
        assert answer.status_code == 302, answer.content.decode()
    client.force_login(zoe)
    for made in Connection.objects.all():
        assert client.post(f"/integrations/connections/{made.pk}/on/").status_code == 302
    return [Connection.objects.get(kind=kind) for kind in KINDS]


def given_to(connection, port):
    """Give a connection the free port that this computer has for it."""
    Connection.objects.filter(pk=connection.pk).update(port=port)


def sign(order, clinician, pathologist):
    """Open the case of an order and sign its report."""
    case = open_case_of_order(actor=clinician, order=order).case
    receive_image(actor=clinician, case=case, upload=upload(seed=7))
    submit_case(actor=clinician, case=case)
    Case.objects.filter(pk=case.pk).update(state=CaseState.READY, owner=pathologist)
    for state in (CaseState.IN_REVIEW, CaseState.SIGNED):
        with transaction.atomic():
            step_case(case=lock_case(case), to=state, by=pathologist)
    return signed_report(case, pathologist)


def test_hl7(tmp_path, connected, amina, pavel, client):
    orders, results = connected
    newcomer = Newcomer(tmp_path, "By HL7 v2 over MLLP")
    (message,) = re.findall(r"```hl7\n(.*?)```", section("By HL7 v2 over MLLP"), re.DOTALL)
    (tmp_path / "order.hl7").write_text(message)
    given_to(orders, 0)
    listener = Running(tmp_path / "listener")
    try:
        listener.go_round()
        host, port = listener.listener.address_of(orders.pk)
        assert f"`{listener.said[0].replace(str(port), '2575')}`" in section("By HL7 v2 over MLLP")
        assert newcomer.command("send.py") == ["python3", "send.py", "127.0.0.1", "2575", "order.hl7"]
        first = newcomer.run("send.py", host, str(port), "order.hl7")
        again = newcomer.run("send.py", host, str(port), "order.hl7")
    finally:
        listener.end()
    (acknowledgement,) = re.findall(r"```text\n(.*?)```", section("By HL7 v2 over MLLP"), re.DOTALL)
    shown = [line.split("|") for line in acknowledgement.splitlines()]
    got = [line.split("|") for line in first if line]
    for line in (shown[0], got[0]):
        del line[9], line[6]  # its own number, its time
    assert got == shown
    assert again == first
    order = Order.objects.get()
    assert (order.placer_number, order.patient.mrn) == ("PLACER77", "MRN-7001")

    receiver = newcomer.start("receive.py", "0")
    try:
        given_to(results, int(receiver.stdout.readline().split()[-1]))
        report = sign(order, amina, pavel)
        drain(results.pk)
        sent = Message.objects.get(connection=results)
        assert sent.state == MessageState.ACKNOWLEDGED, sent.sentence
    finally:
        receiver.terminate()
        out, _ = receiver.communicate(timeout=PATIENCE)
    lines = [line.split("|") for line in out.splitlines() if line]
    named = {line[0]: line for line in lines}
    assert (named["ORC"][2], named["OBR"][25]) == ("PLACER77^HospitalLIS", "F")
    assert any(line[0] == "OBX" and line[2] == "ED" for line in lines)
    assert sent.report == report
    page = client.get("/integrations/messages/").content.decode()
    assert "Acknowledged" in page
    assert "Processed" in page


@pytest.fixture
def web(tmp_path, live_server, riverside):
    """Somebody with the client that the document makes, and its token."""
    newcomer = Newcomer(tmp_path, "By FHIR", "By REST")
    printed = StringIO()
    call_command(*newcomer.command("create_api_client")[2:], stdout=printed)
    made = json.loads(printed.getvalue())
    newcomer.environment |= {
        "SITE": live_server.url,
        "CLIENT_ID": made["client_id"],
        "CLIENT_SECRET": made["client_secret"],
    }
    (newcomer.environment["TOKEN"],) = newcomer.run("get_token.py")
    return newcomer


def test_fhir(web, amina, pavel):
    first, again = web.run("fhir_order.py"), web.run("fhir_order.py")
    order = Order.objects.get()
    assert (order.placer_namespace, order.placer_number) == ("2.16.756.5.30.1.1", "P-2026-000124")
    assert (order.patient.mrn, order.specimen_id, order.priority) == ("4711", "T-2026-7", "urgent")
    assert [line.rpartition(" ")[0] for line in (*first, *again)] == ["201 Created", "200 OK"]
    assert {line.rpartition("/")[2] for line in (*first, *again)} == {str(order.pk)}
    assert web.run("fhir_report.py", str(order.pk))[0].startswith("requested - ")

    report = sign(order, amina, pavel)
    said = web.run("fhir_report.py", str(order.pk))
    assert said[0].startswith("completed - ")
    assert f"DiagnosticReport {report.case_id}" in said
    kinds = {line.split()[0] for line in said[1:]}
    assert {"Observation", "Patient", "Specimen", "Practitioner", "Binary"} <= kinds


def test_rest(web, amina, pavel, tmp_path):
    (said,) = web.run("rest_order.py")
    order = Order.objects.get()
    assert said == f"order {order.pk} requested"
    received, place = web.run("rest_reports.py")
    assert received == f"order.received {order.pk}"

    report = sign(order, amina, pavel)
    told = web.run("rest_reports.py", place)
    assert f"order.accepted {order.pk}" in told
    assert "  neutrophil 60 % " in told
    assert (tmp_path / f"report-{report.pk}.pdf").read_bytes() == PDF


def test_the_document_says_what_every_state_of_a_message_means():
    rows = section("What waits for a person")
    assert {
        str(state.label) for state in MessageState if not re.search(rf"^\|[^|]*{state.label}", rows, re.MULTILINE)
    } == set()


def test_the_document_has_every_pause():
    (pauses,) = re.findall(r"^\| after \| (.*) \|$", TEXT, re.MULTILINE)
    minutes = {"s": 1, "min": 60, "h": 3600}
    said = [(number, minutes[unit]) for number, unit in re.findall(r"(\d+) (\w+)", pauses)]
    assert [int(number) * unit for number, unit in said] == [pause.total_seconds() for pause in PAUSES]


def test_the_document_names_every_code_of_an_error():
    table = TEXT.partition("## What other systems may send")[2].partition("\n## ")[0]
    assert {code for code in {fault.code for fault in every_fault()} if str(code) not in table} == set()


def every_fault(kind=FaultError):
    """The kinds of faults that a message is refused for."""
    for one in kind.__subclasses__():
        yield from (one, *every_fault(one))
