"""What a browser of a production installation is given: every import of a module leads to a file named by its content."""

import json
import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command

from deploy.throwaway_production import throwaway_environment

OURS = Path(settings.BASE_DIR) / "static"
IMPORTED = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["']""", re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture
def production_storage(tmp_path):
    """The storage of static files that production settings name."""
    ask = "from django.conf import settings; print(settings.STORAGES['staticfiles']['BACKEND'])"
    environment = {**os.environ, **throwaway_environment(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def _clinical_storage_stays():
    """A change of STORAGES makes every storage anew, and the fields of the models hold theirs since they were loaded."""
    held = storages["clinical"]
    yield
    storages._storages["clinical"] = held


@pytest.fixture
def collected(_clinical_storage_stays, settings, tmp_path, production_storage):
    """The folder that collectstatic fills in production, with our own files in it."""
    settings.STATIC_ROOT = str(tmp_path / "collected")
    settings.STATICFILES_DIRS = [OURS]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": production_storage}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return Path(settings.STATIC_ROOT)


def test_every_import_of_a_module_leads_to_a_collected_file_with_a_hash_in_its_name(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    modules = [name for original, name in names.items() if original.endswith(".js")]
    assert "review/workspace.js" in names
    followed = 0
    for module in modules:
        for target in IMPORTED.findall((collected / module).read_text()):
            found = posixpath.normpath(posixpath.join(posixpath.dirname(module), target))
            assert HASHED.search(found), f"{module} imports {target}"
            assert (collected / found).is_file(), f"{module} imports {target}"
            followed += 1
    written = sum(len(IMPORTED.findall(path.read_text())) for path in OURS.rglob("*.js"))
    assert followed == written
    assert written > 20
