"""People who try pictures, a registered model and an engine in this process."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import promote_model, register_model
from sandbox.models import TriedPicture
from sandbox.tasks import answer_picture
from tests.factories.smears import drawn_field, evaluated_bundle


@pytest.fixture(scope="module")
def bundle_dir(tmp_path_factory):
    """A model directory fit to be promoted."""
    return evaluated_bundle(tmp_path_factory.mktemp("model") / "model-1")


@pytest.fixture
def active(db, bundle_dir):
    """The model in use, with an engine in this process, as a worker has one."""
    version, _ = register_model(actor=None, directory=bundle_dir)
    analyser.install(BundleAnalyser("onnx"))
    yield promote_model(actor=None, version=version, reason="The tests need one.")
    analyser.install(None)


@pytest.fixture(scope="module")
def field():
    """The bytes of a drawn field."""
    return drawn_field(3).read()


@pytest.fixture
def send(field):
    """Return a function that sends the form of the page as a browser does and returns the answer."""

    def sending(browser, *contents, confirmed=True, **fields):
        files = [SimpleUploadedFile("IMG_1.png", content) for content in contents or [field]]
        ticked = {"confirmed": "on"} if confirmed else {}
        return browser.post(reverse("sandbox:try"), {"pictures": files, **ticked, **fields})

    return sending


@pytest.fixture
def student(client, sami):
    """The browser of a student."""
    client.force_login(sami)
    return client


@pytest.fixture
def tried(student, send, active):
    """A picture of the student that a worker has answered."""
    send(student)
    return answered()


def answered():
    """Do the worker's part for the newest picture and return it."""
    newest = TriedPicture.objects.first()
    answer_picture(str(newest.pk))
    newest.refresh_from_db()
    return newest


def png(width, height, colour):
    """The bytes of a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()
