"""A model of our own making and drawn smears: nothing here needs the data folder or the shipped model."""

import pytest

from classifier.inference.bundle import ModelBundle
from classifier.inference.engines import load_engine
from classifier.inference.pipeline import Pipeline
from tests.factories.bundle import tiny_bundle


@pytest.fixture
def bundle_path(tmp_path):
    return tiny_bundle(tmp_path / "model")


@pytest.fixture
def bundle(bundle_path):
    return ModelBundle.load(bundle_path)


@pytest.fixture
def pipeline(bundle):
    return Pipeline(bundle, load_engine(bundle, threads=1))
