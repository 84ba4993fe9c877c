"""Whether every signed version arrived: counted from the reports, compared with what the receiver says it has."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audit.models import AuditEvent
from hematovision.errors import Unprocessable
from integrations.models import Connection, ConnectionState, Direction, Message, MessageState
from integrations.received_lists import Difference, compare, read_list
from integrations.reconciliation import NOT_MADE, Period, days_of, fate_of, unfinished_at, versions_owed
from integrations.services.reconciliation import watch_reconciliation
from notices.models import Notification
from tests.factories.cases import CaseFactory
from tests.factories.connections import a_connection
from tests.factories.orders import waiting_order
from tests.factories.reports import signed_report

PAGE = "/integrations/reconciliation/"


@pytest.fixture
def connection(central, ines):
    return a_connection(central, ines, name="LIS")


@pytest.fixture
def period():
    # To the next day, should midnight come meanwhile.
    today = timezone.now().date()
    return Period(today, today + dt.timedelta(days=1))


@pytest.fixture
def report(riverside, amina, pavel, connection):
    return signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)


def message(connection, report, state, **values):
    """A message about a version, as the sender leaves it."""
    return Message.objects.create(
        connection=connection,
        direction=Direction.OUT,
        kind="ORU^R01",
        control_id=f"{report.pk}"[:8] + f"-{Message.objects.count()}",
        sha256="0" * 64,
        size=0,
        case=report.case,
        report=report,
        state=state,
        sentence="The receiver will not have it." if state == MessageState.REFUSED else "",
        **values,
    )


def fates(connection, period):
    return [fate_of(report) for report in versions_owed(connection, period)]


def test_a_version_without_a_message_is_missing(connection, report, period):
    assert fates(connection, period) == [NOT_MADE]
    days = days_of(connection, period)
    assert [day.day for day in days] == [period.last, period.first]
    assert sorted((day.signed, day.missing) for day in days) == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("state", "fate", "missing"),
    [
        (MessageState.QUEUED, "waiting", 1),
        (MessageState.SENDING, "waiting", 1),
        (MessageState.REFUSED, "refused", 1),
        (MessageState.ACKNOWLEDGED, "acknowledged", 0),
        (MessageState.HANDLED, "handled", 0),
    ],
)
def test_a_version_is_what_its_message_is(connection, report, period, state, fate, missing):
    message(connection, report, state)
    assert fates(connection, period) == [fate]
    assert sum(day.missing for day in days_of(connection, period)) == missing


def test_what_arrived_once_has_arrived_although_it_is_sent_again(connection, report, period):
    first = message(connection, report, MessageState.ACKNOWLEDGED)
    message(connection, report, MessageState.QUEUED, replay_of=first)
    assert fates(connection, period) == ["acknowledged"]


def test_a_message_that_another_replaced_does_not_count(connection, report, period):
    message(connection, report, MessageState.SUPERSEDED)
    assert fates(connection, period) == [NOT_MADE]


def test_messages_of_another_receiver_do_not_count(connection, report, period, central, ines):
    other = a_connection(central, ines, name="Second LIS")
    Connection.objects.filter(pk=other.pk).update(began_at=connection.began_at)
    message(other, report, MessageState.ACKNOWLEDGED)
    assert fates(connection, period) == [NOT_MADE]


def test_only_what_was_signed_since_it_began_is_owed(central, ines, riverside, amina, pavel, period):
    signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)
    later = a_connection(central, ines)
    never = a_connection(central, ines, name="Off", state=ConnectionState.OFF)
    assert fates(later, period) == fates(never, period) == []
    assert [day.signed for day in days_of(never, period)] == [0, 0]


def test_only_its_clinics_are_owed(connection, report, hilltop, amina, period):
    connection.clinics.set([hilltop])
    assert fates(connection, period) == []


def test_orders_cases_and_images_that_did_not_go_on(central, riverside, amina, period):
    waiting_order(amina)
    CaseFactory(clinic=riverside, created_by=amina, submitted=True)
    later = timezone.now() + dt.timedelta(hours=25)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        found = unfinished_at(central, period)
    assert (found.orders_without_case, found.submitted_without_image, found.cases_without_order) == (1, 1, 1)


def test_both_sides_have_the_same(connection, report, period):
    message(connection, report, MessageState.ACKNOWLEDGED)
    number = report.case.accession_number.lower()
    theirs = read_list(f"accession,version,received_at\r\n{number},1,2026-11-30T07:00:00Z\r\n".encode())
    found = compare(connection, period, theirs)
    assert (found.lines, found.owed, found.findings) == (1, 1, [])


def test_every_way_in_which_the_sides_differ(connection, riverside, amina, pavel, period):
    lost, old, unsure = (CaseFactory(clinic=riverside, created_by=amina, submitted=True) for _ in range(3))
    for case in (lost, old, unsure):
        message(connection, signed_report(case, pavel), MessageState.ACKNOWLEDGED)
    message(connection, signed_report(old, pavel, kind="corrected"), MessageState.ACKNOWLEDGED)
    message(connection, signed_report(unsure, pavel, kind="corrected"), MessageState.QUEUED)
    theirs = {old.accession_number.upper(): 1, unsure.accession_number.upper(): 2, "NEVER-1": 1}
    found = {finding.accession_number: finding for finding in compare(connection, period, theirs).findings}
    assert {number: finding.kind for number, finding in found.items()} == {
        lost.accession_number.upper(): Difference.MISSING_THERE,
        old.accession_number.upper(): Difference.OLDER_THERE,
        unsure.accession_number.upper(): Difference.NOT_CONFIRMED,
        "NEVER-1": Difference.MISSING_HERE,
    }


def test_what_was_signed_on_other_days_was_signed(connection, report, period):
    before = Period(period.first - dt.timedelta(days=9), period.first - dt.timedelta(days=5))
    assert compare(connection, before, {report.case.accession_number.upper(): 1}).findings == []


def test_a_case_of_another_laboratory_was_never_signed_here(connection, period, foreign_case, petra):
    number = signed_report(foreign_case, petra).case.accession_number.upper()
    assert [finding.kind for finding in compare(connection, period, {number: 1}).findings] == [Difference.MISSING_HERE]


@pytest.fixture
def foreign_case(petra):
    return CaseFactory(clinic=petra.organisation, created_by=petra, submitted=True)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "first line"),
        (b"accession;version;received_at\nA;1;\n", "first line"),
        (b"accession,version,received_at\nA-1,one,\n", "Line 2 of the list has no version"),
        (b"accession,version,received_at\nA-1,0,\n", "Line 2 of the list has no version"),
        (b"accession,version,received_at\nA-1,000001" + b"1" * 5000 + b",\n", "Line 2 of the list has no version"),
        (b"accession,version,received_at\nA-1,1,\n,1,\n", "Line 3 of the list has no accession number"),
        (b"accession,version,received_at\nA\x00-1,1,\n", "Line 2 of the list has no accession number"),
        (b"accession,version,received_at\nA-1,1,yesterday\n", "ISO 8601"),
        (b"accession,version,received_at\nA-1,1,2026-13-41T00:00:00Z\n", "ISO 8601"),
        (b"accession,version,received_at\nA-1,1,,,\n", "more columns"),
        (b'accession,version,received_at\n"A-1,1,\n', "no CSV"),
        (b"accession,version,received_at\n\xff,1,\n", "UTF-8"),
        (b"a" * (2 * 1024 * 1024 + 1), "2 MB"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(content, sentence):
    with pytest.raises(Unprocessable, match=sentence):
        read_list(content)


def test_administrators_hear_once_of_what_did_not_arrive(connection, report, ines, olga):
    yesterday = timezone.now() - dt.timedelta(days=1)
    Connection.objects.update(began_at=yesterday - dt.timedelta(days=1))
    # Signed yesterday: its row is never changed, so the clock is.
    later = timezone.now() + dt.timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert watch_reconciliation() == [connection]
        watch_reconciliation()
    told = Notification.objects.get(kind="reconciliation")
    assert (told.user, told.path) == (ines, f"{PAGE}?connection={connection.pk}")


def test_nobody_hears_of_what_arrived(connection, report):
    message(connection, report, MessageState.ACKNOWLEDGED)
    later = timezone.now() + dt.timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert watch_reconciliation() == []
    assert not Notification.objects.filter(kind="reconciliation").exists()


def test_the_page_names_what_did_not_arrive(client, ines, connection, report):
    client.force_login(ines)
    page = client.get(PAGE).content.decode()
    assert "1 version has not arrived." in page
    assert report.case.accession_number in page
    assert "No message" in page
    assert str(report.data["patient"]["family_name"]) not in page


def test_the_page_says_that_everything_arrived(client, olga, connection, report):
    message(connection, report, MessageState.ACKNOWLEDGED)
    client.force_login(olga)
    assert "1 version was signed, and it arrived." in client.get(PAGE).content.decode()


def test_the_page_without_a_connection_says_so(client, ines):
    client.force_login(ines)
    assert "No connection carries results" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("asked", ["first=2026-11-30&last=2026-11-01", "last=2126-01-01", "first=x", "connection=1"])
def test_days_that_make_no_sense_are_named(client, ines, connection, asked):
    client.force_login(ines)
    answer = client.get(f"{PAGE}?{asked}")
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()


def test_a_list_is_compared_on_the_page_and_nothing_of_it_kept(client, ines, connection, report):
    message(connection, report, MessageState.ACKNOWLEDGED)
    client.force_login(ines)
    sent = SimpleUploadedFile("list.csv", b"accession,version,received_at\nNEVER-1,1,\n")
    page = client.post(PAGE, {"received": sent}).content.decode()
    assert "On the list, and never signed here" in page
    assert "Acknowledged, and not on the list" in page
    event = AuditEvent.objects.filter(action="verify").last()
    assert event.after == {"lines": 1, "owed": 1, "findings": 2}


def test_a_bad_list_is_refused_with_its_line(client, ines, connection):
    client.force_login(ines)
    sent = SimpleUploadedFile("list.csv", b"accession,version,received_at\nA,x,\n")
    answer = client.post(PAGE, {"received": sent})
    assert answer.status_code == 400
    assert "Line 2 of the list has no version" in answer.content.decode()


def test_the_file_has_every_version_and_no_patient(client, ines, connection, report):
    client.force_login(ines)
    answer = client.get(f"{PAGE}versions.csv")
    head, line = b"".join(answer.streaming_content).decode().splitlines()
    assert head == "accession,version,kind,signed_at,clinic,fate"
    assert line.split(",")[0] == report.case.accession_number
    assert line.endswith("riverside-clinic,none")
