"""The empty place of a share that is not mounted is taken for a storage that is away, never for the loss of every file."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from cases.checks import check_clinical_storage
from cases.models import SmearImage
from cases.purged_files import clinical_file_fields
from cases.services.images import receive_image
from cases.services.purging import begin_purge, remove_left_behind
from cases.storage import MARKER, PROBES, PrivateFileSystemStorage, clinical_storage
from cases.stored_files import FileMissing, open_original
from classifier.services import run_analysis
from hematovision.away import StorageAway
from hematovision.errors import Unavailable
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db
PAGE = {"headers": {"accept": "text/html"}}


class Share:
    """The folder of the files of one installation, mounted until `leave`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.aside = place.with_name("aside")

    def leave(self) -> None:
        """Only the empty folder stays that a process makes at its start."""
        self.place.rename(self.aside)
        self.place.mkdir()

    def come_back(self) -> None:
        self.place.rmdir()
        self.aside.rename(self.place)


@pytest.fixture
def share(tmp_path, monkeypatch):
    folder = PrivateFileSystemStorage(location=str(tmp_path / "clinical"))
    monkeypatch.setitem(storages._storages, "clinical", folder)
    for _model, field in clinical_file_fields():
        monkeypatch.setattr(field, "storage", folder)
    return Share(tmp_path / "clinical")


@pytest.fixture
def image(share, active, receive):
    """One received image, waiting for the active model."""
    return receive()


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_first_file_brings_the_marker(share, image):
    assert (share.place / MARKER).is_file()
    with open_original(image) as file:
        assert file.read()


def test_a_page_is_503_and_the_file_is_there_again_afterwards(client, amina, image, share):
    client.force_login(amina)
    address = f"/images/{image.pk}/original"
    share.leave()
    answer = client.get(address, **PAGE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    share.come_back()
    answer = client.get(address, **PAGE)
    answer.close()
    assert answer.status_code == 200


def test_readyz_names_the_files(client, image, share):
    assert client.get("/readyz").json()["parts"]["files"]["ok"]
    share.leave()
    part = client.get("/readyz").json()["parts"]["files"]
    assert (part["ok"], "not mounted" in part["detail"]) == (False, True)
    assert str(share.place) not in part["detail"]


def test_an_image_waits_for_it_and_uses_no_attempt(image, share, engine):
    share.leave()
    analysis = run_analysis(image_id=image.pk, worker="one")
    assert (analysis.state, analysis.attempt) == ("queued", 0)
    assert "cannot be reached" in analysis.problem
    assert files_below(share.place) == []


def test_nothing_is_written_where_the_share_should_be(amina, case, image, share):
    share.leave()
    with pytest.raises((StorageAway, Unavailable)):
        receive_image(actor=amina, case=case, upload=upload(image_bytes("PNG", seed=9)))
    assert files_below(share.place) == []
    assert SmearImage.objects.count() == 1


def test_the_check_of_the_settings_leaves_no_marker(image, share):
    share.leave()
    assert check_clinical_storage() == []
    assert files_below(share.place) == []
    with pytest.raises(Unavailable):
        open_original(image)


def test_a_folder_with_its_marker_tells_that_a_file_is_missing(image, share):
    Path(image.original.path).unlink()
    with pytest.raises(FileMissing):
        open_original(image)


def test_a_folder_from_before_the_marker_is_known_by_its_files(image, share):
    (share.place / MARKER).unlink()
    assert clinical_storage().exists("")
    clinical_storage().save("originals/new.png", ContentFile(b"new"))
    assert (share.place / MARKER).is_file()


def test_a_probe_is_nobodys_file(share):
    clinical_storage().save(f"{PROBES}writable.txt", ContentFile(b"writable"))
    assert not (share.place / MARKER).exists()


def test_a_folder_that_lost_every_file_is_marked_by_hand(image, share):
    share.leave()
    with pytest.raises(Unavailable):
        open_original(image)
    call_command("mark_storage", stdout=StringIO())
    with pytest.raises(FileMissing):
        open_original(image)


def test_a_purge_does_not_take_the_files_for_removed(share, image):
    run = begin_purge(actor=None, periods={}, planned={})
    share.leave()
    with pytest.raises(Unavailable):
        remove_left_behind(run)


def test_an_object_store_has_nothing_to_mark(monkeypatch):
    monkeypatch.setitem(storages._storages, "clinical", object())
    with pytest.raises(CommandError, match="object store"):
        call_command("mark_storage")
