"""The TensorFlow engine answers what the Keras file says, from 16-bit storage and 8-bit images.

In a process of its own: TensorFlow stays in memory for good, and other tests assert that it is absent.
"""

import importlib.util
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="TensorFlow is not installed"),
]

_CODE = """
import sys
from pathlib import Path
import numpy as np
import os
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
from classifier.inference.bundle import seal
from classifier.inference.engines import load_engine
from classifier.inference.labels import LABELS
from training.export.keras_file import store_half

folder = Path(sys.argv[1])
keras.utils.set_random_seed(4)
image = keras.Input((32, 32, 3), name="image")
x = keras.layers.Rescaling(1 / 255)(image)
x = keras.layers.Conv2D(12, 3, strides=4, activation="relu")(x)
pooled = keras.layers.GlobalAveragePooling2D()(x)
model = keras.Model(image, keras.layers.Dense(8)(keras.layers.Dropout(0.3)(pooled)))
model.save(folder / "full.keras")
store_half(folder / "full.keras", folder / "model.keras")
(folder / "full.keras").unlink()
bundle = seal(folder, {"name": "k", "version": "1", "labels": list(LABELS), "input": {"size_px": 32, "um_per_px": 0.3}})
engine = load_engine(bundle, "tensorflow", batch_size=4)
images = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), np.uint8)
outputs = engine.run(images)
expected = model.predict(images.astype("float32"), verbose=0)
assert outputs.logits.shape == (6, 8) and outputs.feature_map.shape == (6, 8, 8, 12), outputs.feature_map.shape
assert outputs.logits.dtype == np.float32
assert np.abs(outputs.logits - expected).max() < 5e-3, np.abs(outputs.logits - expected).max()
assert np.abs(engine.run(images[:1]).logits - outputs.logits[:1]).max() < 1e-4
assert engine._function.experimental_get_tracing_count() == 2
"""


def test_it_answers_what_the_keras_file_says_with_two_shapes_traced(tmp_path):
    done = subprocess.run([sys.executable, "-c", _CODE, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
