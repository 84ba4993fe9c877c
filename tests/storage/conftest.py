"""The two storages of clinical files: a folder, and a bucket on a server in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from django.core.files.storage import storages

from cases.object_storage import ObjectStorage
from cases.purged_files import clinical_file_fields
from cases.storage import PrivateFileSystemStorage

BUCKET = "smears"
ACCESS = {"access_key": "a-test-key", "secret_key": "a-test-secret"}


class ObjectStore:
    """An S3-compatible server; `stop` takes it away from whoever speaks with it."""

    def __init__(self, log: Path) -> None:
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL
            )
        announced = self._process.stdout.readline().decode()
        found = re.match(r"port (\d+)", announced)
        assert found, log.read_text()
        self.endpoint = f"http://127.0.0.1:{found[1]}"

    def client(self):
        """A client of its own, which sees the bucket as its owner does."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS["access_key"],
            aws_secret_access_key=ACCESS["secret_key"],
        )

    def options(self, **changes):
        """What the settings hand to the storage."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            **ACCESS,
            "encryption": "AES256",
            "kms_key": "",
            "default_acl": "private",
            "timeout_seconds": 60,
            **changes,
        }

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


# The port is the system's choice and known once the server listens.
_SERVER = """
from werkzeug.serving import make_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
print("port", server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture(scope="session")
def object_store(tmp_path_factory):
    """One server for all tests of this process."""
    store = ObjectStore(tmp_path_factory.mktemp("object-store") / "server.log")
    yield store
    store.stop()


@pytest.fixture
def bucket(object_store):
    """An empty bucket; gives the client of its owner."""
    client = object_store.client()
    client.create_bucket(Bucket=BUCKET)
    yield client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for each in page.get("Contents", ()):
            client.delete_object(Bucket=BUCKET, Key=each["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def local(tmp_path):
    """A folder."""
    return PrivateFileSystemStorage(location=str(tmp_path / "clinical"))


@pytest.fixture
def s3(object_store, bucket):
    """The bucket, as the settings would make its storage."""
    return ObjectStorage(**object_store.options())


@pytest.fixture
def use(monkeypatch):
    """Make a storage the clinical one, as another setting and a restart would."""

    def _use(storage):
        monkeypatch.setitem(storages._storages, "clinical", storage)
        for _model, field in clinical_file_fields():
            monkeypatch.setattr(field, "storage", storage)
        return storage

    return _use


@pytest.fixture(params=["local", "s3"])
def storage(request, use):
    """Each of the two in turn, in use."""
    return use(request.getfixturevalue(request.param))
