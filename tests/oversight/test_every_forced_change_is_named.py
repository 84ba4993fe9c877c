"""`verify_all` names each thing that somebody changes with the guards off, on both databases, and finds nothing else."""

from __future__ import annotations

import re
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Role
from audit.models import AuditEvent
from audit.services import fingerprint_rows, write_checkpoint
from audit.verification_checks import expected_guards
from cases.storage import clinical_storage
from hematovision import verifications
from oversight.models import VerificationResult
from oversight.services.everything import verify_everything
from tests.oversight.tampering.around import write_around
from tests.oversight.tampering.changes import CHANGES as CHANGES_OF_THE_RECORD
from tests.oversight.tampering.changes_around import CHANGES as CHANGES_AROUND
from tests.oversight.tampering.record import analysed_case, write_record
from tests.people import person

pytestmark = pytest.mark.django_db
CHANGES = [*CHANGES_OF_THE_RECORD, *CHANGES_AROUND]


@pytest.fixture
def record(settings, monkeypatch, tmp_path, amina, pavel, ines, nadia):
    storage = clinical_storage()
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path / "clinical"))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "clinical"))
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    made = write_record(amina=amina, pavel=pavel, ines=ines, folder=tmp_path)
    people = {"amina": amina, "pavel": pavel, "ines": ines, "nadia": nadia}
    people["vera"] = person("Vera", Role.PATHOLOGIST, pavel.organisation)
    consulted = analysed_case(amina, made.patient, seed=4)
    made.around = write_around(made, consulted=consulted, people=people)
    # The people and places of the tests are written without events, as an installation's first ones were.
    fingerprint_rows(actor=None)
    verify_everything(actor=None)
    made.around.result = VerificationResult.objects.get()
    write_checkpoint(actor=None)
    return made


def findings():
    return list(_found())


def _found():
    checks = verifications.registered()
    # Long ones last: most changes are named before.
    for name in sorted(checks, key=lambda name: name in {"audit trail", "guards"}):
        check = checks[name]
        yield from (str(each) for each in check() if isinstance(each, verifications.Finding))


@contextmanager
def guards_off(tables):
    """Write to `tables` as somebody does who owns the database: no trigger, no foreign key, no check."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid > 0"
            )
            for table, name in [row for row in cursor.fetchall() if row[0] in tables]:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
            cursor.execute("SET LOCAL session_replication_role = origin")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield cursor
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            for _, sql in triggers:
                cursor.execute(sql)


def forced(sql, values):
    with guards_off(set(re.findall(r"(?:UPDATE|FROM|INTO) (\w+)", sql))) as cursor:
        for statement in sql.split(";"):
            count = statement.count("%s")
            cursor.execute(statement + (")" if "(SELECT" in statement else ""), [_plain(v) for v in values[:count]])
            assert cursor.rowcount, f"changed nothing: {statement}"
            values = values[count:]


def _plain(value):
    """An id as this database spells it."""
    if not isinstance(value, UUID):
        return value
    return str(value) if connection.vendor == "postgresql" else value.hex


def is_named(change, record):
    """Whether the record is named once `change` was made; afterwards everything is as it was."""
    named = str(change.names(record))
    if change.file is not None:
        path, content = change.file(record)
        before = path.read_bytes()
        path.chmod(0o640)
        path.unlink() if content is None else path.write_bytes(content)
        try:
            return any(named in sentence for sentence in _found())
        finally:
            path.write_bytes(before)
    with transaction.atomic():
        forced(change.sql, change.values(record) if change.values else [])
        found = any(named in sentence for sentence in _found())
        transaction.set_rollback(True)
    return found


def test_each_change_is_named(record):
    assert findings() == []
    assert [change.what for change in CHANGES if not is_named(change, record)] == []
    assert findings() == []
    assert len(CHANGES) >= 150


GUARDS = [(table, name) for table, names in expected_guards(connection.vendor).items() for name in sorted(names)]


def test_each_guard_left_off_is_named(db):
    missed = []
    for table, name in GUARDS:
        with transaction.atomic(), connection.cursor() as cursor:
            of_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}"{of_table}')
            found = [str(finding) for finding in verifications.registered()["guards"]()]
            transaction.set_rollback(True)
        if len(found) != 1 or name not in found[0]:
            missed.append((table, name))
    assert missed == []
    assert len(GUARDS) >= 50


def test_the_command_says_what_holds_and_that_it_looked(record, capsys):
    call_command("verify_all")
    said = capsys.readouterr().out
    for name in verifications.registered():
        assert f"{name}: holds" in said
    event = AuditEvent.objects.first()
    assert (event.action, event.outcome, event.object_type) == ("verify", "success", "oversight.verification")


def test_the_command_fails_and_names_records_and_no_patient(record):
    with transaction.atomic():
        forced("UPDATE cases_cell SET label = 'basophil' WHERE id = %s", [record.waiting_cell.pk])
        with pytest.raises(CommandError) as failure:
            call_command("verify_all")
        transaction.set_rollback(True)
    assert failure.value.returncode == 1
    assert str(record.waiting_cell.pk) in str(failure.value)
    assert "Sample" not in str(failure.value)


def test_the_event_counts_and_does_not_name(record):
    with transaction.atomic():
        forced("UPDATE cases_cell SET label = 'basophil' WHERE id = %s", [record.waiting_cell.pk])
        assert not verify_everything(actor=None).intact
        event = AuditEvent.objects.first()
        transaction.set_rollback(True)
    assert event.outcome == "failure"
    assert event.after["labels of the model"] == 1
    assert str(record.waiting_cell.pk) not in str(event.after)


def test_two_verifications_of_one_name_are_a_mistake_of_wiring():
    with pytest.raises(Exception, match="two verifications named guards"):
        verifications.register("guards", lambda: iter(()))
