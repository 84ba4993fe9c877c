"""A backup of an installation whose files lie in a bucket is refused, and the sentence says what to do instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.recovery.installation import Installation
from deploy.recovery.progress import Progress
from deploy.recovery.refusal import Refused
from deploy.recovery.returning import restore_backup
from deploy.recovery.scratch import scratch_place
from deploy.recovery.taking import take_backup

IN_A_BUCKET = {"HEMATOVISION_STORAGE": "s3", "HEMATOVISION_S3_BUCKET": "smears"}


def test_no_backup_is_made_without_its_files(source, tmp_path):
    with pytest.raises(Refused, match=r"bucket smears.*move_files --to local"):
        take_backup(replace(source, bucket="smears"), tmp_path / "backups", Progress())
    assert not (tmp_path / "backups").exists()


def test_nothing_is_restored_beside_a_bucket(taken, target):
    with pytest.raises(Refused, match="HEMATOVISION_STORAGE=local"):
        restore_backup(taken.folder, replace(target, bucket="smears"), Progress(), overwrite=False)
    assert not target.media.exists()


@pytest.mark.parametrize(
    ("storage", "bucket"), [({}, ""), (IN_A_BUCKET, "smears"), ({**IN_A_BUCKET, "HEMATOVISION_STORAGE": "local"}, "")]
)
def test_the_bucket_is_the_one_in_use(tmp_path, keys, storage, bucket):
    assert Installation.from_environment({"HEMATOVISION_VAR": str(tmp_path), **keys, **storage}).bucket == bucket


def test_a_drill_never_writes_to_the_bucket(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with scratch_place() as place:
        assert place["HEMATOVISION_STORAGE"] == "local"
