"""The program says what is wrong in a sentence, loses nothing, and goes on by itself where it can."""

import ast
import json
import socket
import subprocess
import sys
from dataclasses import asdict

import pytest
from django.test import override_settings

from cases.models import Case, SmearImage, Upload
from tests.contract.conftest import picture
from tests.watch.conftest import PROGRAM
from tools.watch.hematovision_watch import Job, sha256_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(microscope, new_case, riverside):
    """A microscope with one picture of a case that there is."""
    new_case(riverside, "A-1")
    microscope.put("A-1_1.png", picture(1))
    return microscope


def test_a_wrong_secret(live_server, waiting):
    waiting.secret.write_text("another")
    status, said = waiting.once(live_server.url)
    assert (status, waiting.names()) == (1, {"A-1_1.png"})
    assert "The server gives this client no token: compare --client-id and the secret" in said


def test_a_client_without_the_scope(live_server, microscope_of, new_case, riverside):
    microscope = microscope_of(riverside, "images:write")
    microscope.put("A-1_1.png", picture(1))
    status, said = microscope.once(live_server.url)
    assert (status, microscope.names()) == (1, {"A-1_1.png"})
    assert "it needs the scopes cases:read and images:write" in said


def test_no_network(waiting):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        status, said = waiting.once(f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert (status, waiting.names()) == (1, {"A-1_1.png"})
    assert "The server cannot be reached. Nothing is lost" in said
    assert "accession" not in said


def test_a_proxy_that_does_not_answer(live_server, waiting):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        status, said = waiting.once(live_server.url.replace("localhost", "127.0.0.1"), "--proxy", proxy)
    assert (status, "The proxy does not answer." in said) == (1, True)


def test_a_secret_goes_to_no_plain_address(waiting):
    status, said = waiting.once("http://smears.example")
    assert (status, "--url begins with https://" in said) == (2, True)


def test_a_folder_has_one_program(live_server, waiting):
    with waiting.start(live_server.url) as first:
        line = ""
        while "begins" not in line:
            line = first.stderr.readline()
        status, said = waiting.once(live_server.url)
        first.kill()
    assert (status, "Another hematovision-watch has this folder already." in said) == (2, True)


@override_settings(UPLOAD_QUOTA_BYTES_PER_DAY=10)
def test_a_quota_that_is_used_up_is_waited_for(live_server, waiting):
    status, said = waiting.once(live_server.url)
    assert (status, waiting.names()) == (1, {"A-1_1.png"})
    assert "The quota of uploads is used up" in said


@override_settings(UPLOAD_MAX_BYTES=10)
def test_a_picture_that_is_too_large_is_refused(live_server, waiting):
    assert waiting.once(live_server.url)[0] == 0
    assert "refused/A-1_1.png" in waiting.names()


def test_an_upload_that_ended_is_begun_anew(live_server, waiting, amina):
    folder = waiting.folder / ".hematovision-watch"
    folder.mkdir()
    path = waiting.folder / "A-1_1.png"
    job = Job(
        size=path.stat().st_size,
        mtime_ns=path.stat().st_mtime_ns,
        sha256=sha256_of(path),
        case=str(Case.objects.get().pk),
        accession_number="A-1",
        key="k",
        place="/api/v1/uploads/00000000-0000-0000-0000-000000000000/",
    )
    state = {"instance": "00000000-0000-4000-8000-000000000001", "log_key": "k", "jobs": {path.name: asdict(job)}}
    (folder / "state.json").write_text(json.dumps(state))
    assert waiting.once(live_server.url)[0] == 0
    assert (SmearImage.objects.count(), Upload.objects.count()) == (1, 1)


def test_a_state_file_that_cannot_be_read_costs_nothing(live_server, waiting):
    folder = waiting.folder / ".hematovision-watch"
    folder.mkdir()
    (folder / "state.json").write_bytes(b"\x00{")
    status, said = waiting.once(live_server.url)
    assert (status, "The state file cannot be read" in said) == (0, True)
    assert "sent/A-1_1.png" in waiting.names()


def test_a_computer_whose_clock_is_wrong_is_told(live_server, waiting):
    program = (
        "import sys, time; real = time.time; time.time = lambda: real() + 7200\n"
        f"sys.path.insert(0, {str(PROGRAM.parent)!r}); import hematovision_watch; sys.exit(hematovision_watch.main())"
    )
    command = waiting.command(live_server.url, "--once")
    ended = subprocess.run([sys.executable, "-c", program, *command[2:]], capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "The clock of this computer is 120 minutes ahead of the server's." in ended.stderr


def test_python_3_9_reads_the_program():
    text = PROGRAM.read_text()
    ast.parse(text, feature_version=(3, 9))
    # Annotations are never evaluated, and nothing else is newer.
    assert "from __future__ import annotations" in text


def test_the_program_asks_for_requests_alone():
    tree = ast.parse(PROGRAM.read_text())
    names = {
        each.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names
    }
    names |= {node.module.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"requests"}
