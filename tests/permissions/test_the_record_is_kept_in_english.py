"""Whatever a person does in French: what is written of it is in English, for everybody who opens the record later."""

import pytest
from django.db import connection, transaction

from tests.in_french import MARK, speak_french
from tests.permissions.matrix import ROWS
from tests.permissions.requests import send
from tests.permissions.test_matrix import content_of

WRITING = [row for row in ROWS if row.method in {"POST", "PUT", "PATCH", "DELETE"}]


def french_in(value):
    if isinstance(value, dict):
        return any(french_in(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(french_in(one) for one in value)
    return MARK in (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


@pytest.mark.django_db
@pytest.mark.parametrize("row", WRITING, ids=str)
def test_nothing_is_written_in_the_language_of_the_request(world, row, monkeypatch):
    speak_french(monkeypatch)
    written = []

    def watch(execute, sql, params, many, context):
        if not sql.startswith("SELECT") and params and french_in(params):
            written.append((sql.partition("(")[0], [one for one in params if french_in(one)]))
        return execute(sql, params, many, context)

    for who in {status: who for who, status in reversed(row.expected)}.values():
        with transaction.atomic():
            client = world.client(who)
            client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
            with connection.execute_wrapper(watch):
                content_of(send(client, row, world))
            transaction.set_rollback(True)
    assert written == []
