"""A small set of drawn cells, and what the steps make of it. Each is made once a session."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from classifier.inference.crops import CropSpec
from classifier.inference.synthetic import draw_cell_image
from training.crop_set import Crops, build_crops
from training.fit_options import FitOptions, Phase
from training.prepare import PrepareOptions, prepare

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

#: Tests that load Keras share one process, as loading it takes seconds; its own deprecations are not ours to mend.
KERAS = [
    pytest.mark.xdist_group("keras"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
CLASSES = ("eosinophil", "lymphocyte", "platelet")
PER_CLASS, SIDE, UM_PER_PX = 32, 120, 0.17
VIEW = CropSpec(size_px=32, um_per_px=0.5)


def silent(line):
    """A listener that hears nothing."""


def draw_folder(root, classes=CLASSES, count=PER_CLASS, *, first=0, suffix=".png"):
    """Write `root/<class>/` folders of drawn cells."""

    def draw(job):
        label, number = job
        image = Image.fromarray(draw_cell_image(label, 1000 * CLASSES.index(label) + number, SIDE, um_per_px=UM_PER_PX))
        (root / label).mkdir(parents=True, exist_ok=True)
        image.save(root / label / f"cell{number:03d}{suffix}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(draw, [(label, first + n) for label in classes for n in range(count)]))
    return root


@pytest.fixture(scope="session")
def drawn_cells(tmp_path_factory):
    """`<class>/` folders with 32 drawn cells each; read only."""
    return draw_folder(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="session")
def manifest(drawn_cells, tmp_path_factory):
    """The manifest of the drawn cells."""
    options = PrepareOptions(near="none")
    return prepare([drawn_cells], tmp_path_factory.mktemp("manifest"), options=options, say=silent)


@pytest.fixture(scope="session")
def crops(manifest, tmp_path_factory):
    """The crop set of the drawn cells, 32 px views."""
    out = tmp_path_factory.mktemp("crops") / "set"
    rows = manifest.absolute()
    scales = {row["source"]: UM_PER_PX for row in rows}
    return Crops.open(build_crops(rows, out=out, spec=VIEW, pick={}, scales=scales, workers=1))


@pytest.fixture(scope="session")
def quick_options():
    """Options of a run that ends in seconds and still tells the drawn classes apart."""
    return FitOptions(
        backbone="cnn",
        labels=CLASSES,
        size_px=VIEW.size_px,
        um_per_px=VIEW.um_per_px,
        phases=(Phase(4, 3e-3),),
        batch=24,
        steps=8,
        augmentation=0.2,
        schedule="constant",
        dropout=0.1,
        label_smoothing=0.0,
    )


@pytest.fixture(scope="session")
def trained_run(crops, quick_options, tmp_path_factory):
    """The folder of a finished run."""
    from training.fit import fit

    out = tmp_path_factory.mktemp("runs") / "run"
    fit(crops, quick_options, out=out)
    return out


@pytest.fixture(scope="session")
def published(trained_run, crops, tmp_path_factory):
    """The bundle made of the finished run."""
    from training.export.publish import PublishOptions, publish

    out = tmp_path_factory.mktemp("models") / "drawn-cells"
    options = PublishOptions(name="drawn-cells", version="1", data="Drawn cells.")
    publish(trained_run, crops, out, options=options, say=silent)
    return out
