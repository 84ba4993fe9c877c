"""While there is little room uploads are refused before anything is written; everybody else goes on."""

import errno
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from cases.models import SmearImage
from hematovision.disk import require_room
from hematovision.errors import NoRoom
from tests.factories.cases import CaseFactory
from tests.factories.image_files import image_bytes
from tests.factories.smears import drawn_field
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
SENTENCE = "There is no room left on the disk"
MORE_THAN_ANY_DISK = 2**62


@pytest.fixture
def draft(riverside):
    return CaseFactory(clinic=riverside)


@pytest.fixture
def as_amina(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def full(settings):
    """Less is free than the reserve."""
    settings.DISK_RESERVE_BYTES = MORE_THAN_ANY_DISK


def kept_files(settings):
    folders = (Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR))
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def nothing_is_kept(settings):
    before = kept_files(settings)
    yield
    assert kept_files(settings) == before
    assert not SmearImage.objects.exists()


@pytest.mark.parametrize("in_memory", [0, 10**9], ids=["a large file", "a small file"])
def test_the_api_answers_507_and_keeps_nothing(as_amina, draft, full, nothing_is_kept, settings, in_memory):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    answer = as_amina.post(f"/api/v1/cases/{draft.pk}/images/", {"file": drawn_field(1)})
    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    assert SENTENCE in answer.json()["detail"]
    assert answer.json()["type"].endswith(":no-room")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_the_case_page_says_so(as_amina, draft, full, nothing_is_kept, settings, accept):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    as_amina.raise_request_exception = False
    answer = as_amina.post(f"/cases/{draft.pk}/images/", {"files": drawn_field(1)}, headers={"accept": accept})
    assert answer.status_code == 507
    assert SENTENCE in answer.content.decode()


def test_sign_in_and_pages_go_on(client, amina, draft, full):
    assert client.post("/accounts/login/", {"login": amina.email, "password": PASSWORD}).status_code == 302
    assert client.get(f"/cases/{draft.pk}/").status_code == 200


def test_readyz_names_the_disk_and_no_folder(client, full, settings):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["disk"] == {
        "ok": False,
        "detail": "The disk is full up to its reserve: uploads are refused.",
    }
    assert str(settings.VAR_DIR) not in answer.content.decode()


def test_a_body_larger_than_the_room_is_refused_by_its_announced_length(settings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(100, 0, 100))
    settings.DISK_RESERVE_BYTES = 40
    require_room(60)
    with pytest.raises(NoRoom):
        require_room(61)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("database or disk is full")]
)
def test_a_disk_that_fills_up_while_a_file_is_written_leaves_nothing(
    as_amina, draft, nothing_is_kept, monkeypatch, error
):
    save = FileSystemStorage._save

    def fill_up(self, name, content):
        save(self, name, content)
        raise error

    monkeypatch.setattr(FileSystemStorage, "_save", fill_up)
    answer = as_amina.post(f"/api/v1/cases/{draft.pk}/images/", {"file": drawn_field(1)})
    assert answer.status_code == 507, answer.content


def test_a_disk_that_fills_up_while_a_body_arrives_leaves_nothing(
    as_amina, draft, nothing_is_kept, settings, monkeypatch
):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024

    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile.write", no_space, raising=False)
    answer = as_amina.post(f"/api/v1/cases/{draft.pk}/images/", {"file": drawn_field(1)})
    assert answer.status_code == 507, answer.content


@pytest.fixture
def small_disk(tmp_path, settings):
    """A disk of 1 MB where uploads on their way lie."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(tmp_path)], check=False)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_disk_that_is_really_full(as_amina, draft, small_disk, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1024
    large = SimpleUploadedFile("large.bmp", image_bytes("BMP", width=900, height=900))
    answer = as_amina.post(f"/api/v1/cases/{draft.pk}/images/", {"file": large})
    assert answer.status_code == 507
    assert list(small_disk.iterdir()) == []

    answer = as_amina.post(f"/api/v1/cases/{draft.pk}/images/", {"file": drawn_field(1)})
    assert answer.status_code == 201, "there is room for a smaller one, without a hand"
