"""A microscope's folder, and hematovision-watch as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.contract.conftest import Caller, new_client, token_of

PROGRAM = Path(settings.BASE_DIR) / "tools/watch/hematovision_watch.py"


class Microscope:
    """The folder into which it writes, and the command that sends from there."""

    def __init__(self, folder: Path, secret: Path, client_id: str) -> None:
        self.folder, self.secret, self.client_id = folder, secret, client_id

    def command(self, url: str, *more: str) -> list[str]:
        who = ["--client-id", self.client_id, "--secret-file", str(self.secret)]
        quick = ["--stable-for", "0.1", "--every", "0.05"]
        return [sys.executable, str(PROGRAM), "--url", url, *who, *quick, *more, str(self.folder)]

    def start(self, url: str, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command(url, *more), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def once(self, url: str, *more: str) -> tuple[int, str]:
        """Send what is there; returns the exit status and what was written."""
        ended = subprocess.run(
            self.command(url, "--once", *more), capture_output=True, text=True, check=False, timeout=300
        )
        return ended.returncode, ended.stdout + ended.stderr

    def put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def names(self) -> set[str]:
        """Every file below the folder, without what the program keeps for itself."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return {name for name in found if not name.startswith(".hematovision-watch/")}

    def receipt(self, name: str) -> dict[str, object]:
        return json.loads((self.folder / "sent" / f"{name}.receipt.json").read_text())

    def sentence(self, place: str, name: str) -> str:
        return (self.folder / place / f"{name}.txt").read_text()


@pytest.fixture
def microscope_of(tmp_path):
    """Return a function: a microscope of an organisation whose client has these scopes."""

    def make(organisation, *scopes):
        made = new_client(organisation.slug, *(scopes or ("cases:read", "images:write")), name="Microscope 1")
        secret = tmp_path / "secret"
        secret.write_text(made["client_secret"] + "\n")
        secret.chmod(0o600)
        folder = tmp_path / "Pictures of the microscope"
        folder.mkdir()
        return Microscope(folder, secret, made["client_id"])

    return make


@pytest.fixture
def microscope(db, microscope_of, riverside):
    """A microscope of riverside-clinic."""
    return microscope_of(riverside)


@pytest.fixture
def new_case(db):
    """Return a function that opens a case of a clinic under an accession number."""

    def make(organisation, number):
        scopes = ("cases:read", "cases:write", "patients:write")
        token = token_of(new_client(organisation.slug, *scopes, name=f"LIS {number}")).json()["access_token"]
        return Caller(Client(headers={"Authorization": f"Bearer {token}"})).new_case(number)["id"]

    return make
