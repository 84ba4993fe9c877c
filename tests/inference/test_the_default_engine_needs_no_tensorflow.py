"""A worker on the default engine never imports TensorFlow or Keras, and the package never imports Django."""

import json
import subprocess
import sys

_CODE = """
import json, sys
import numpy as np
from classifier.inference.pipeline import open_pipeline
from classifier.inference.synthetic import draw_field
pipeline = open_pipeline(sys.argv[1], "onnx", threads=1)
result = pipeline.analyse(draw_field(seed=1, cells=["neutrophil"], width=320, height=240)[0])
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"cells": len(result.cells), "loaded": sorted(loaded & {"tensorflow", "keras", "torch", "jax", "django", "celery"})}))
"""


def test_analysing_a_field_loads_neither_tensorflow_nor_django(bundle_path):
    done = subprocess.run([sys.executable, "-c", _CODE, str(bundle_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"cells": 1, "loaded": []}


def test_importing_every_module_of_the_package_loads_neither():
    code = (
        "import importlib, pkgutil, sys, classifier.inference as package\n"
        "[importlib.import_module(f'{package.__name__}.{m.name}') for m in pkgutil.iter_modules(package.__path__)]\n"
        "sys.exit(bool({'tensorflow', 'keras', 'django'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
