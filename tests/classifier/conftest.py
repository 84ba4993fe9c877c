"""A case with images, a registered model and an engine in this process."""

from __future__ import annotations

from datetime import date

import pytest

from cases.services.cases import create_case
from cases.services.images import receive_image
from cases.services.patients import register_patient
from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import promote_model, register_model
from tests.factories.smears import drawn_field, evaluated_bundle


@pytest.fixture
def bundle_dir(tmp_path):
    """A model directory fit to be promoted."""
    return evaluated_bundle(tmp_path / "model-1")


@pytest.fixture
def version(db, bundle_dir):
    """A registered model nobody has promoted."""
    return register_model(actor=None, directory=bundle_dir)[0]


@pytest.fixture
def active(version):
    """The model in use."""
    return promote_model(actor=None, version=version, reason="The tests need one.")


@pytest.fixture
def engine():
    """An ONNX analyser in this process, as a worker has one."""
    holder = BundleAnalyser("onnx")
    analyser.install(holder)
    yield holder
    analyser.install(None)


@pytest.fixture
def case(amina):
    """A draft case of riverside-clinic."""
    patient = register_patient(
        actor=amina, mrn="R-1", family_name="Sample", given_name="One", birth_date=date(1970, 1, 1)
    )
    return create_case(actor=amina, patient=patient, accession_number="A-1")


@pytest.fixture
def receive(amina, case, django_capture_on_commit_callbacks):
    """Send a field to the case and return its image, queued as after the commit of an upload."""

    def send(seed=1, **drawing):
        with django_capture_on_commit_callbacks(execute=True):
            image, created = receive_image(actor=amina, case=case, upload=drawn_field(seed, **drawing))
        assert created
        image.refresh_from_db()
        return image

    return send


@pytest.fixture
def image(active, receive):
    """One received image of the case, waiting for the active model."""
    return receive()
