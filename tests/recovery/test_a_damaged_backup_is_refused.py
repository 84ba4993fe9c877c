"""What is not as it was written is not restored: the sentence names the file, and the target stays empty."""

import json

import pytest
from cryptography.fernet import Fernet

from deploy.recovery.files import hash_file, safe_path
from deploy.recovery.manifest import NAME, SIGNATURE
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import restore_backup
from tests.recovery.conftest import ORIGINAL, with_keys

FILES = [f"media/{ORIGINAL}", "models/net-1/card.json", "checkpoints/checkpoint-000001.json", "database.sqlite3", NAME]


def refusal(taken, target):
    """Why it is refused; nothing was made at the target."""
    with pytest.raises(Refused) as refused:
        restore_backup(taken.folder, target, Progress(), overwrite=True)
    assert not target.var.exists()
    return str(refused.value)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_is_named(taken, target, name):
    path = taken.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert f"{name} was changed" in refusal(taken, target)


@pytest.mark.parametrize("name", FILES[:-1])
def test_a_missing_file_is_named(taken, target, name):
    (taken.folder / name).unlink()
    assert f"{name} is missing." in refusal(taken, target)


def test_every_fault_is_named_not_only_the_first(taken, target):
    for name in FILES[:2]:
        (taken.folder / name).unlink()
    said = refusal(taken, target)
    assert all(f"{name} is missing." in said for name in FILES[:2])


def test_a_file_changed_together_with_its_entry_is_noticed(taken, target):
    (taken.folder / FILES[0]).write_bytes(b"another smear")
    manifest = json.loads((taken.folder / NAME).read_text())
    manifest["files"][FILES[0]]["sha256"] = hash_file(taken.folder / FILES[0]).sha256
    manifest["files"][FILES[0]]["bytes"] = 13
    (taken.folder / NAME).write_text(json.dumps(manifest, sort_keys=True, indent=1) + "\n")
    assert f"{NAME} was changed: its signature does not match." in refusal(taken, target)


def test_a_manifest_without_its_signature_is_not_believed(taken, target):
    (taken.folder / SIGNATURE).unlink()
    assert f"{SIGNATURE} is missing" in refusal(taken, target)


def test_a_folder_that_is_no_backup(tmp_path, target):
    with pytest.raises(Refused, match="is not a backup"):
        restore_backup(tmp_path, target, Progress(), overwrite=False)


@pytest.mark.parametrize(
    ("kind", "variable"),
    [("field", "HEMATOVISION_FIELD_KEYS"), ("blind_index", "HEMATOVISION_BLIND_INDEX_KEY")],
)
def test_the_key_that_is_not_at_hand_is_named(taken, target, kind, variable):
    other = with_keys(target, **{kind: (Fernet.generate_key().decode(),)})
    said = refusal(taken, other)
    assert variable in said
    assert taken.manifest.keys[kind][0] in said


def test_under_another_signing_key_nothing_is_believed(taken, target):
    assert "HEMATOVISION_AUDIT_CHECKPOINT_KEY" in refusal(taken, with_keys(target, checkpoint=("another",)))


def test_an_added_key_does_no_harm(taken, target):
    more = (Fernet.generate_key().decode(), *target.keys.field)
    restore_backup(taken.folder, with_keys(target, field=more), Progress(), overwrite=False)
    assert (target.media / ORIGINAL).read_bytes() == b"a smear"


def test_the_backup_of_a_newer_version_is_refused(source, target, tmp_path):
    import sqlite3

    from deploy.recovery.taking import take_backup

    connection = sqlite3.connect(source.database.path)
    connection.execute("INSERT INTO django_migrations (app, name) VALUES ('cases', '9999_from_tomorrow')")
    connection.commit()
    connection.close()
    assert "cases.9999_from_tomorrow" in refusal(take_backup(source, tmp_path / "new", Progress()), target)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "", "a\\..\\b"])
def test_a_name_that_leads_out_of_its_folder_is_refused(name):
    with pytest.raises(Refused):
        safe_path(name)
