"""A local installation makes its secrets at first start and keeps them."""

import stat
from concurrent.futures import ThreadPoolExecutor

from cryptography.fernet import Fernet

from hematovision.settings.local_secrets import read_or_make_secrets


def test_made_once_and_kept(tmp_path):
    first = read_or_make_secrets(tmp_path / "deep" / "secrets.json")
    assert read_or_make_secrets(tmp_path / "deep" / "secrets.json") == first
    Fernet(first["field_key"])


def test_only_the_owner_reads_them(tmp_path):
    read_or_make_secrets(tmp_path / "secrets.json")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_start_together_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: read_or_make_secrets(tmp_path / "secrets.json"), range(8)))
    assert all(one == made[0] for one in made)
    assert [file.name for file in tmp_path.iterdir()] == ["secrets.json"]


def test_two_installations_differ(tmp_path):
    assert read_or_make_secrets(tmp_path / "a.json") != read_or_make_secrets(tmp_path / "b.json")
