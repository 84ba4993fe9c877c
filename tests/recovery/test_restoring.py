"""A restore touches nothing it was not told to, and goes on where it was broken off."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from deploy import restore
from deploy.recovery.installation import FILES_MARKER
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import MARKER, restore_backup
from deploy.recovery.sqlite import SQLite
from tests.recovery.conftest import ORIGINAL, environment


def patients(installation):
    with closing(sqlite3.connect(installation.database.path)) as connection:
        return connection.execute("SELECT count(*) FROM cases_patient").fetchone()[0]


def test_everything_is_there_again(taken, target):
    returned = restore_backup(taken.folder, target, Progress(), overwrite=False)
    assert patients(target) == 1
    assert (target.media / ORIGINAL).read_bytes() == b"a smear"
    assert (target.media / FILES_MARKER).is_file()
    assert (target.checkpoints / "checkpoint-000001.json").read_bytes() == b"signed"
    # Its row names the folder of the lost installation, which is still there in this test and whole.
    assert returned.moved_models == []
    assert not (target.var / MARKER).exists()


def test_a_model_whose_folder_is_gone_is_put_where_it_can_be_registered_again(source, taken, target):
    for path in (source.var / "models" / "net-1").iterdir():
        path.unlink()
    returned = restore_backup(taken.folder, target, Progress(), overwrite=False)
    assert returned.moved_models == [target.var / "models" / "net-1"]
    assert (target.var / "models" / "net-1" / "card.json").read_bytes() == b"{}"


def test_what_is_there_stays_unless_told(source, taken):
    (source.media / ORIGINAL).write_bytes(b"newer")
    with pytest.raises(Refused, match="--overwrite") as refused:
        restore_backup(taken.folder, source, Progress(), overwrite=False)
    assert "The database has tables" in str(refused.value)
    assert (source.media / ORIGINAL).read_bytes() == b"newer"
    assert not (source.var / MARKER).exists()


def test_told_to_it_sets_aside_and_deletes_nothing(source, taken):
    (source.media / ORIGINAL).write_bytes(b"newer")
    with closing(sqlite3.connect(source.database.path)) as connection, connection:
        connection.execute("INSERT INTO cases_patient VALUES (2, 'x')")
    returned = restore_backup(taken.folder, source, Progress(), overwrite=True)
    assert patients(source) == 1
    assert (source.media / ORIGINAL).read_bytes() == b"a smear"
    media, _, database = returned.set_aside
    assert (media / ORIGINAL).read_bytes() == b"newer"
    assert patients(replace(source, database=SQLite(database))) == 2


def test_broken_off_it_goes_on(taken, target, monkeypatch):
    """No --overwrite is needed for what the same restore left, and files in place are not copied again."""

    def fail(*_):
        raise Refused("The database went away.")

    with monkeypatch.context() as broken:
        broken.setattr(SQLite, "restore", fail)
        with pytest.raises(Refused, match="went away"):
            restore_backup(taken.folder, target, Progress(), overwrite=False)
    kept = (target.media / ORIGINAL).stat().st_ino
    restore_backup(taken.folder, target, Progress(), overwrite=False)
    assert (target.media / ORIGINAL).stat().st_ino == kept
    assert patients(target) == 1
    assert not (target.var / MARKER).exists()


def test_what_another_backup_left_half_done_needs_telling(taken, target):
    target.var.mkdir()
    (target.var / MARKER).write_text("another")
    with pytest.raises(Refused, match="another backup was broken off here"):
        restore_backup(taken.folder, target, Progress(), overwrite=False)


def test_a_database_with_other_rows_than_were_backed_up_is_not_called_restored(taken, target, monkeypatch):
    restored = SQLite.restore

    def lose_a_row(database, dump, report):
        restored(database, dump, report)
        with closing(sqlite3.connect(database.path)) as connection, connection:
            connection.execute("DELETE FROM cases_patient")

    monkeypatch.setattr(SQLite, "restore", lose_a_row)
    with pytest.raises(Refused, match="cases_patient: 1 rows were backed up, 0 are there"):
        restore_backup(taken.folder, target, Progress(), overwrite=False)


def test_identifiers_that_do_not_open_are_counted(source, target, tmp_path):
    """A key dropped before its rows were re-encrypted is in no backup's list."""
    from deploy.recovery.taking import take_backup

    with closing(sqlite3.connect(source.database.path)) as connection, connection:
        connection.execute("INSERT INTO cases_patient VALUES (2, 'sealed under a key of long ago')")
    taken = take_backup(source, tmp_path / "more", Progress())
    with pytest.raises(Refused, match="The identifiers of 1 patients open with none"):
        restore_backup(taken.folder, target, Progress(), overwrite=False)


@pytest.fixture
def here(target, keys, monkeypatch):
    """The environment of the target."""
    monkeypatch.delenv("HEMATOVISION_AUDIT_CHECKPOINT_DIR", raising=False)
    for name, value in {**environment(target.var, keys), "DATABASE_URL": ""}.items():
        monkeypatch.setenv(name, value)


def test_checking_touches_nothing(taken, target, here, capsys):
    assert restore.main([str(taken.folder), "--check"]) == 0
    assert "is whole" in capsys.readouterr().out
    assert not target.var.exists()


def test_a_disk_that_fails_is_a_sentence_and_the_same_command_goes_on(taken, target, here, monkeypatch, capsys):
    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("deploy.recovery.returning.copy_hashed", fail)
        assert restore.main([str(taken.folder)]) == 1
    assert "No space left on device. Mend that" in capsys.readouterr().err
    monkeypatch.setattr(restore, "prove", lambda *_, **__: None)
    assert restore.main([str(taken.folder)]) == 0
    assert patients(target) == 1


def test_restored_and_not_proven_says_so(taken, target, here, capsys):
    """The tables made by hand are no database of the application: it does not start on them."""
    assert restore.main([str(taken.folder)]) == restore.NOT_PROVEN
    assert "Restored, and not proven." in capsys.readouterr().err
    assert patients(target) == 1


@pytest.mark.parametrize("arguments", [[], ["--check"], ["a", "b"], ["a", "--other"]])
def test_called_wrongly_it_says_how(arguments, capsys):
    assert restore.main(arguments) == restore.USAGE
    assert "--overwrite" in capsys.readouterr().err
