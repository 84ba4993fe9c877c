"""Files, commands and steps named in the documents are there, under that name."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from training.steps import STEPS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMED = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in DOCUMENTS]
#: Folders of the repository; a path that starts with one of them is meant as a file here.
TOP = sorted(
    path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "node_modules", "var"))
)

#: Below these a document names what an installation has of its own.
OWN = ("model_store/mine", "model_store/NAME", "audit/checkpoints/")


@pytest.mark.parametrize("document", NAMED)
def test_files_named_in_documents_exist(document):
    named = re.findall(rf"(?<![\w/.-])(?:{'|'.join(TOP)})/[\w/.-]*\w", document.read_text())
    assert [name for name in named if not name.startswith(OWN) and not list(ROOT.glob(name + "*"))] == []


@pytest.mark.parametrize("document", NAMED)
def test_links_between_documents_lead_somewhere(document):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", NAMED)
def test_commands_named_in_documents_exist(document):
    text = document.read_text()
    assert set(re.findall(r"manage\.py ([a-z][a-z_]+)", text)) <= get_commands().keys()
    steps = set(re.findall(r"(?:manage\.py train|-m training) ([a-z]+)", text))
    assert steps <= STEPS.keys() | {"register"}
