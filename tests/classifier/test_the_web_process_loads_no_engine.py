import os
import subprocess
import sys

PROGRAM = """
import sys
import django
django.setup()
from django.urls import get_resolver
from django.core.handlers.wsgi import WSGIHandler
WSGIHandler()
for pattern in get_resolver().url_patterns:
    pattern.check()
import classifier.tasks
print(" ".join(sorted(
    name for name in sys.modules
    if name.split(".")[0] in {"tensorflow", "keras", "onnxruntime", "torch", "jax", "skimage"}
    or name in {"classifier.worker", "classifier.bundle_analyser", "classifier.inference.engines"}
)))
"""


def test_routes_admin_and_tasks_import_neither_engines_nor_frameworks():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=os.environ, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
