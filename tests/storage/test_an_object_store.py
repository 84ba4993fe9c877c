"""What is asked of an object store, and what is said when it does not answer."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from cases.checks import check_clinical_storage
from cases.models import SmearImage
from cases.object_storage import ObjectStorage
from cases.services.images import receive_image
from cases.stored_files import faults_of
from hematovision.away import StorageAway
from hematovision.errors import Unavailable
from reports.verification import verify_report
from tests.factories.analysed_cases import reviewed_case
from tests.factories.cases import CaseFactory
from tests.factories.image_files import image_bytes, upload
from tests.factories.reports import next_version
from tests.storage.conftest import BUCKET, ObjectStore

# One process of the suite starts the server.
pytestmark = pytest.mark.xdist_group("object_store")
NAME = "originals/ab/cd/abcd.jpg"
OPEN_TO_ALL = "http://acs.amazonaws.com/groups/global/AllUsers"


@pytest.fixture
def gone(tmp_path):
    """The storage of a server that has stopped."""
    store = ObjectStore(tmp_path / "server.log")
    store.stop()
    return ObjectStorage(**store.options())


def test_objects_are_encrypted_by_the_server_and_private(s3, bucket):
    s3.save(NAME, ContentFile(b"a smear"))
    assert bucket.head_object(Bucket=BUCKET, Key=NAME)["ServerSideEncryption"] == "AES256"
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=NAME)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"]
    assert OPEN_TO_ALL not in str(grants)


def test_objects_are_encrypted_with_a_key_of_ones_own(object_store, bucket):
    storage = ObjectStorage(**object_store.options(encryption="aws:kms", kms_key="a-key"))
    storage.save(NAME, ContentFile(b"a smear"))
    kept = bucket.head_object(Bucket=BUCKET, Key=NAME)
    assert (kept["ServerSideEncryption"], kept["SSEKMSKeyId"]) == ("aws:kms", "a-key")


def test_no_address_is_signed(s3, monkeypatch):
    monkeypatch.setattr(s3.connection.meta.client, "generate_presigned_url", pytest.fail)
    with pytest.raises(ValueError, match="no public address"):
        s3.url(NAME)


def test_waiting_is_bounded(s3):
    config = s3.connection.meta.client.meta.config
    assert config.connect_timeout == 5
    assert config.read_timeout == 60
    assert config.retries["total_max_attempts"] == 2


def test_a_bucket_that_is_not_there_is_away_and_no_missing_file(object_store, bucket):
    storage = ObjectStorage(**object_store.options(bucket_name="another"))
    with pytest.raises(StorageAway):
        storage.exists("")
    with pytest.raises(StorageAway):
        storage.open(NAME)
    with pytest.raises(StorageAway):
        storage.save(NAME, ContentFile(b"a smear"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda storage: storage.open(NAME),
        lambda storage: storage.exists(NAME),
        lambda storage: storage.exists(""),
        lambda storage: storage.size(NAME),
        lambda storage: storage.get_modified_time(NAME),
        lambda storage: storage.listdir("originals"),
        lambda storage: storage.delete(NAME),
        lambda storage: storage.save(NAME, ContentFile(b"a smear")),
    ],
)
def test_a_store_that_does_not_answer_is_away(gone, ask):
    with pytest.raises(StorageAway):
        ask(gone)


@pytest.mark.django_db
def test_pages_say_that_the_store_is_away(use, gone, client, riverside, pavel):
    case = reviewed_case(riverside, pavel, counts={"neutrophil": 100})
    report = next_version(case, pavel)
    image = case.images.get()
    use(gone)
    client.force_login(pavel)
    for part in ("original", "display", "thumbnail"):
        answer = client.get(f"/images/{image.pk}/{part}", headers={"accept": "text/html"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "10"), part
    assert client.get(f"/reports/{report.pk}.pdf").status_code == 503
    with pytest.raises(Unavailable):
        faults_of([SmearImage.objects.get(pk=image.pk)])
    with pytest.raises(Unavailable):
        verify_report(type(report).objects.get(pk=report.pk))
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("verify_all")
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("verify_reports")


@pytest.mark.django_db
def test_an_upload_is_told_to_come_back_and_leaves_nothing(use, gone, client, amina, riverside):
    case = CaseFactory(clinic=riverside)
    use(gone)
    with pytest.raises(StorageAway):
        receive_image(actor=amina, case=case, upload=upload(image_bytes("PNG", seed=8)))
    assert not case.images.exists()
    client.force_login(amina)
    answer = client.post(f"/api/v1/cases/{case.pk}/images/", {"file": upload(image_bytes("PNG", seed=8))})
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("storage-away"), answer.json()


def test_the_check_says_that_it_cannot_be_written(use, gone):
    use(gone)
    (error,) = check_clinical_storage()
    assert error.id == "cases.E003"
    assert "does not answer" in error.msg


def test_who_uses_a_folder_does_not_load_the_client():
    script = "import django; django.setup(); import sys, hematovision.urls; print('boto3' in sys.modules, 'storages' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
