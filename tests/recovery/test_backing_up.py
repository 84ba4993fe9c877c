"""A backup is one moment of the database and the files that it names, taken while people work."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deploy import backup
from deploy.recovery.keys import fingerprint
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.taking import take_backup
from tests.recovery.conftest import ORIGINAL


def write(installation, statement, *values):
    with closing(sqlite3.connect(installation.database.path)) as connection, connection:
        connection.execute(statement, values)


def test_the_manifest_says_what_is_in_it(taken, keys):
    manifest = json.loads((taken.folder / "manifest.json").read_text())
    assert manifest["chain"] == {"position": 47, "hash": "c0ffee"}
    assert manifest["rows"]["cases_patient"] == 1
    assert manifest["migrations"] == {"cases": "0001_initial", "elsewhere": "0001_initial"}
    assert set(manifest["files"]) == {
        "database.sqlite3",
        f"media/{ORIGINAL}",
        "models/net-1/card.json",
        "checkpoints/checkpoint-000001.json",
    }
    assert manifest["keys"]["field"] == [fingerprint(keys["HEMATOVISION_FIELD_KEYS"])]
    assert len(manifest["code"]) in {0, 40}


def test_no_key_is_in_it(taken, keys):
    everything = b"".join(path.read_bytes() for path in taken.folder.rglob("*") if path.is_file())
    assert [key for key in keys.values() if key.encode() in everything] == []


def test_nobody_else_may_look_into_it(taken):
    assert taken.folder.stat().st_mode & 0o077 == 0


def test_a_row_and_a_file_of_the_time_after_the_snapshot_are_not_in_it(source, tmp_path, monkeypatch):
    """The database comes first: what is uploaded while it is dumped is in the next backup, whole."""
    dump = type(source.database).dump

    def dump_while_somebody_uploads(database, target, report):
        snapshot = dump(database, target, report)
        (source.media / "originals/late.jpg").write_bytes(b"late")
        write(source, "INSERT INTO cases_smearimage VALUES (2, 'originals/late.jpg', '', '')")
        return snapshot

    monkeypatch.setattr(type(source.database), "dump", dump_while_somebody_uploads)
    manifest = take_backup(source, tmp_path / "backups", Progress()).manifest
    assert manifest.rows["cases_smearimage"] == 1
    assert "media/originals/late.jpg" not in manifest.files


def test_a_checkpoint_of_the_time_after_the_snapshot_is_not_in_it(source, tmp_path, monkeypatch):
    """It would vouch for events that the backup has not: a restore would look cut short."""
    dump = type(source.database).dump

    def dump_before_a_checkpoint(database, target, report):
        snapshot = dump(database, target, report)
        (source.checkpoints / "checkpoint-000002.json").write_bytes(b"later")
        return snapshot

    monkeypatch.setattr(type(source.database), "dump", dump_before_a_checkpoint)
    manifest = take_backup(source, tmp_path / "backups", Progress()).manifest
    assert set(manifest.below("checkpoints")) == {"checkpoint-000001.json"}


def test_a_writer_goes_on_and_the_copy_stays_one_moment(source, tmp_path):
    """More pages than one step copies: the writer's row of the time between two steps is not in the copy."""
    write(source, "CREATE TABLE bulk (content BLOB)")
    for _ in range(20):
        write(source, "INSERT INTO bulk VALUES (randomblob(2000000))")
    write(source, "PRAGMA journal_mode=WAL")
    written = []

    def write_between(_):
        write(source, "INSERT INTO cases_patient VALUES (?, 'x')", 100 + len(written))
        written.append(1)

    snapshot = source.database.dump(tmp_path / "copy.sqlite3", write_between)
    assert len(written) > 1
    assert snapshot.rows["cases_patient"] == 1


def test_a_file_that_is_not_there_is_listed_and_the_rest_is_kept(source, tmp_path, keys, monkeypatch, capsys):
    write(source, "INSERT INTO cases_smearimage VALUES (2, 'originals/gone.jpg', '', '')")
    for name, value in {**keys, "HEMATOVISION_VAR": str(source.var), "DATABASE_URL": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HEMATOVISION_AUDIT_CHECKPOINT_DIR", raising=False)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    assert backup.main([str(tmp_path / "backups")]) == backup.FILES_MISSING
    said = capsys.readouterr()
    assert "media/originals/gone.jpg" in said.err
    folder = Path(said.out.strip().rpartition(": ")[2])
    assert json.loads((folder / "manifest.json").read_text())["missing"] == ["media/originals/gone.jpg"]
    assert (folder / "media" / ORIGINAL).is_file()


def test_an_interrupted_backup_leaves_nothing_that_looks_like_one(source, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(source.database), "dump", stop)
    with pytest.raises(KeyboardInterrupt):
        take_backup(source, tmp_path / "backups", Progress())
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_full_disk_is_a_sentence(source, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(Refused, match="GB are needed"):
        take_backup(source, tmp_path / "backups", Progress())


def test_without_its_keys_it_says_which_are_missing(tmp_path, monkeypatch, capsys):
    for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "AUDIT_CHECKPOINT_KEY", "SECRET_KEY"):
        monkeypatch.delenv(f"HEMATOVISION_{name}", raising=False)
    monkeypatch.setenv("HEMATOVISION_VAR", str(tmp_path / "empty"))
    monkeypatch.setattr(os, "umask", lambda _: 0)
    assert backup.main([str(tmp_path / "backups")]) == 1
    assert "HEMATOVISION_FIELD_KEYS, HEMATOVISION_BLIND_INDEX_KEY" in capsys.readouterr().err


def test_called_wrongly_it_says_how(capsys):
    assert backup.main([]) == backup.USAGE
    assert "python -m deploy.backup" in capsys.readouterr().err
