"""Every caller gets, on every route, the status the table says, no word of what is not theirs, and nothing to keep."""

from urllib.parse import urlsplit

import pytest
from django.db import transaction

from tests.permissions.matrix import ROWS
from tests.permissions.requests import send
from tests.permissions.visibility import hidden_from, shown_to


def content_of(response):
    """Return the whole body as text; reading a file to its end closes it."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def status_of(response):
    """Return the status, and for a redirect to a sign-in page the word ``login``."""
    to_sign_in = urlsplit(response.get("Location", "")).path in {"/accounts/login/", "/admin/login/"}
    return "login" if response.status_code == 302 and to_sign_in else str(response.status_code)


def call(world, who, row):
    """Send one request as one caller and undo what it did."""
    with transaction.atomic():
        response = send(world.client(who), row, world)
        answer = status_of(response), content_of(response), response.get("Cache-Control", "")
        transaction.set_rollback(True)
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_caller_gets_the_status_of_the_table(world, row):
    answers = {who: call(world, who, row) for who, _ in row.expected}
    assert {who: status for who, (status, _, _) in answers.items()} == dict(row.expected)
    for who, (_, body, kept) in answers.items():
        assert who not in world.sessions or {"private", "no-store"} & set(kept.split(", ")), (
            f"what {who} was shown may be kept"
        )
        if who == "root" and "audit" in row.route:
            continue  # the platform's superuser reads the whole audit trail, which names records by their ids
        leaked = sorted(text for text in hidden_from(world, who) if text in body)
        assert not leaked, f"{who} may not read {leaked}"
        missing = sorted(text for text in shown_to(world, who, row) if text not in body)
        assert not missing, f"{who} should find {missing}"
