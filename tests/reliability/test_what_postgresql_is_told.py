"""Connections to PostgreSQL do without just-in-time compilation and group in memory, unless the address of the database says else."""

from __future__ import annotations

import pytest
from django.db import connection

from hematovision.settings.base import database_from


def test_postgresql_is_asked_not_to_compile_queries():
    assert database_from("postgresql://h@db/h")["OPTIONS"]["options"] == "-c jit=off -c work_mem=32MB"


def test_what_the_address_says_comes_last_and_wins():
    options = database_from("postgresql://h@db/h?options=-c%20jit%3Don&connect_timeout=3")["OPTIONS"]
    assert options["options"] == "-c jit=off -c work_mem=32MB -c jit=on"
    assert str(options["connect_timeout"]) == "3"


def test_sqlite_knows_no_such_option():
    assert "options" not in database_from("")["OPTIONS"]


@pytest.mark.django_db
def test_the_database_has_heard_it():
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL compiles queries.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
