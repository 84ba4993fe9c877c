"""All files that rows name, copied from one storage to the other, verified, and broken off on the way."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from audit.services import write_checkpoint
from cases.named_files import named_files
from cases.services.moving_files import move_files
from tests.oversight.tampering.record import write_record

# One process of the suite starts the server.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("object_store")]


@pytest.fixture
def both(monkeypatch, settings, local, s3, tmp_path):
    """The two under the names that the settings give them."""
    monkeypatch.setitem(storages._storages, "local", local)
    monkeypatch.setitem(storages._storages, "s3", s3)
    monkeypatch.setitem(settings.OBJECT_STORE, "bucket_name", s3.bucket_name)
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    return {"local": local, "s3": s3}


@pytest.fixture(params=["local", "s3"])
def way(request, both, use):
    """From which to which; the record is written on the first."""
    other = {"local": "s3", "s3": "local"}[request.param]
    use(both[request.param])
    return both[request.param], both[other], other


@pytest.fixture
def record(way, tmp_path, amina, pavel, ines):
    made = write_record(amina=amina, pavel=pavel, ines=ines, folder=tmp_path)
    write_checkpoint(actor=None)
    return made


@pytest.fixture
def report(tmp_path):
    return tmp_path / "report.jsonl"


def lines(report):
    return [json.loads(line) for line in report.read_text().splitlines()]


def read(storage, name):
    with storage.open(name, "rb") as file:
        return file.read()


def test_everything_is_there_and_verifies_after_a_move(record, way, use, report, capsys):
    source, target, to = way
    names = set(named_files())
    call_command("move_files", "--to", to, "--report", str(report))
    assert f"{len(names)} copied" in capsys.readouterr().out
    assert {line["name"] for line in lines(report)} == names
    assert all(read(source, name) == read(target, name) for name in names)
    for name in names:
        source.delete(name)
    use(target)
    call_command("verify_all")


def test_a_dry_run_writes_nothing(record, way, report, capsys):
    _, target, to = way
    call_command("move_files", "--to", to, "--report", str(report), "--dry-run")
    assert f"{len(set(named_files()))} to copy" in capsys.readouterr().out
    assert not report.exists()
    assert not any(target.exists(name) for name in named_files())


def test_what_was_broken_off_goes_on(record, way, report):
    source, target, _ = way
    names = list(named_files())
    seen = []

    def stop(moved):
        seen.append(moved)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_files(source=source, target=target, report=report, on_each=stop)
    with report.open("a") as file:
        file.write('{"name": "cut sh')
    # Only what had not come over is read: the three are not in the source any more.
    for name in names[:3]:
        source.delete(name)
    counts = move_files(source=source, target=target, report=report)
    assert counts == {"there": 3, "copied": len(names) - 3}


def test_without_the_report_what_is_there_is_compared(record, way, report):
    source, target, _ = way
    move_files(source=source, target=target, report=report)
    report.unlink()
    assert set(move_files(source=source, target=target, report=report)) == {"there"}


def test_other_bytes_are_named_and_left(record, way, report, capsys):
    _, target, to = way
    name = next(iter(named_files()))
    if to == "local":
        target.mark()
    target.save(name, ContentFile(b"of somebody else"))
    with pytest.raises(CommandError, match="1 files are missing or different"):
        call_command("move_files", "--to", to, "--report", str(report))
    assert f"different: {name}" in capsys.readouterr().err
    assert read(target, name) == b"of somebody else"


def test_a_file_that_came_over_differently_is_removed_there(record, way, report, monkeypatch):
    source, target, _ = way
    save = type(target)._save
    monkeypatch.setattr(type(target), "_save", lambda self, name, _content: save(self, name, ContentFile(b"cut sh")))
    counts = move_files(source=source, target=target, report=report)
    assert set(counts) == {"different"}
    assert not any(target.exists(name) for name in named_files())


def test_a_missing_file_is_named_and_the_rest_is_moved(record, way, report):
    source, target, to = way
    name = next(iter(named_files()))
    source.delete(name)
    with pytest.raises(CommandError, match="missing"):
        call_command("move_files", "--to", to, "--report", str(report))
    assert [line["name"] for line in lines(report) if line["outcome"] == "missing"] == [name]
    assert all(target.exists(other) for other in named_files() if other != name)


def test_nothing_is_moved_without_an_object_store(settings, monkeypatch):
    monkeypatch.setitem(settings.OBJECT_STORE, "bucket_name", "")
    with pytest.raises(CommandError, match="No object store is set"):
        call_command("move_files", "--to", "s3")
