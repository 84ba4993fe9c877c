"""A database that does not answer is 503 with a sentence; a statement that is wrong stays a defect."""

import psycopg2
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

from cases.models import Case
from hematovision.away import is_database_away, is_no_room

PAGE = {"headers": {"accept": "text/html"}}
GONE = "connection to server at secret-host, port 5432 failed: Connection refused"


def as_django(error, cause):
    try:
        raise error from cause
    except DatabaseError as raised:
        return raised
    except InterfaceError as raised:
        return raised


def of_postgresql(said, code=None):
    kind = type("Coded", (psycopg2.OperationalError,), {"pgcode": code, "__module__": "psycopg2.errors"})
    return as_django(OperationalError(said), kind(said))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (of_postgresql(GONE), True),
        (of_postgresql("server closed the connection unexpectedly"), True),
        (of_postgresql("terminating connection due to administrator command", "57P01"), True),
        (of_postgresql("the database system is starting up", "57P03"), True),
        (of_postgresql("too many clients already", "53300"), True),
        (as_django(InterfaceError("connection already closed"), psycopg2.InterfaceError()), True),
        (OperationalError("unable to open database file"), True),
        (OperationalError("database is locked"), True),
        (of_postgresql("deadlock detected", "40P01"), False),
        (of_postgresql("canceling statement due to statement timeout", "57014"), False),
        (of_postgresql("no space left on device", "53100"), False),
        (OperationalError("no such table: cases_case"), False),
        (ProgrammingError("syntax error"), False),
        (IntegrityError("UNIQUE constraint failed"), False),
        (ValueError("closed"), False),
    ],
)
def test_which_errors_mean_that_it_is_away(error, away):
    assert is_database_away(error) is away


def test_a_full_disk_of_the_database_is_no_room():
    assert is_no_room(of_postgresql("no space left on device", "53100"))
    assert is_no_room(OperationalError("database or disk is full"))
    assert not is_no_room(OperationalError("no such table: cases_case"))


@pytest.fixture
def signed_in(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def away_in_the_view(signed_in, monkeypatch):
    """The connection breaks between the session and the list of cases."""

    def refuse(*_, **__):
        raise of_postgresql(GONE)

    monkeypatch.setattr(type(Case.objects.all()), "visible_to", refuse)
    return signed_in


@pytest.fixture
def away_before_the_view(signed_in, monkeypatch):
    """The database is away when the session is read, which no view sees."""

    def refuse(*_, **__):
        raise of_postgresql(GONE)

    monkeypatch.setattr(SessionStore, "load", refuse)
    # What stands above answers as a server does instead of handing the error to the test.
    signed_in.raise_request_exception = False
    return signed_in


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["away_in_the_view", "away_before_the_view"])
def test_a_browser_gets_a_page_and_stays_signed_in(where, request):
    client = request.getfixturevalue(where)
    answer = client.get("/", **PAGE)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
    page = answer.content.decode()
    assert "The database does not answer" in page
    assert "secret-host" not in page
    assert "sessionid" not in answer.cookies or answer.cookies["sessionid"]["max-age"] != 0


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["away_in_the_view", "away_before_the_view"])
def test_a_program_gets_a_problem(where, request):
    answer = request.getfixturevalue(where).get("/api/v1/cases/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "urn:hematovision:problem:database-away"
    assert set(problem) == {"type", "title", "status", "detail", "instance"}


@pytest.mark.django_db
def test_a_wrong_statement_stays_a_defect(signed_in, monkeypatch):
    def wrong(*_, **__):
        raise OperationalError("no such column: cases_case.colour")

    monkeypatch.setattr(type(Case.objects.all()), "visible_to", wrong)
    signed_in.raise_request_exception = False
    assert signed_in.get("/", **PAGE).status_code == 500


@pytest.mark.django_db
def test_every_page_says_so_without_the_database(client, monkeypatch):
    def refuse(*_, **__):
        raise of_postgresql(GONE)

    client.raise_request_exception = False
    client.cookies["sessionid"] = "k" * 32
    with monkeypatch.context() as away:
        away.setattr(BaseDatabaseWrapper, "cursor", refuse)
        found = {address: client.get(address, **PAGE) for address in ("/", "/accounts/login/", "/verify/", "/admin/")}
    assert {address: answer.status_code for address, answer in found.items()} == dict.fromkeys(found, 503)
    assert all("you stay signed in" in answer.content.decode() for answer in found.values())
