"""Answers for programs, and files, are in English for a caller who asks for French; refusals and pages are not meant."""

import pytest
from django.db import transaction

from tests.in_french import MARK, speak_french
from tests.permissions.matrix import ROWS
from tests.permissions.requests import PROGRAMS, send
from tests.permissions.test_matrix import content_of

GIVEN = ("200", "201")
ANSWERED = [
    row for row in ROWS if row.route.startswith(PROGRAMS) and any(status in GIVEN for _, status in row.expected)
]
FILES = [
    row for row in ROWS if row.method == "GET" and row.route.endswith(("_csv", "_file", "export_events", "_report"))
]
# FHIR's own errors are for programs as well.
REFUSED = [row for row in ROWS if row.route.startswith("fhir:")]


def answer_of(world, row, statuses):
    """What the first caller gets who gets such an answer, asking for French; empty for a page and where there is none."""
    who = next((who for who, status in row.expected if status in statuses), None)
    if who is None:
        return ""
    with transaction.atomic():
        client = world.client(who)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
        answer = send(client, row, world)
        said = content_of(answer)
        transaction.set_rollback(True)
    return "" if answer.get("Content-Type", "").startswith("text/html") else said


@pytest.mark.django_db
@pytest.mark.parametrize("row", [*ANSWERED, *FILES], ids=str)
def test_what_is_given_is_in_english(world, row, monkeypatch):
    speak_french(monkeypatch)
    assert MARK not in answer_of(world, row, GIVEN)


@pytest.mark.django_db
@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_what_fhir_refuses_is_in_english(world, row, monkeypatch):
    speak_french(monkeypatch)
    assert MARK not in answer_of(world, row, ("400", "403", "404", "409", "412", "422"))
