"""What the training library says of a calibration is told in the language of whoever reads it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from django.utils import translation

from calibration.words import NAMES, OUTCOMES
from cases import words
from cases.cell_classes import CELL_CLASSES
from cases.words import in_words
from training.adaptation.calibration import refuse_cells, refuse_result
from training.adaptation.cells import LabelledCells
from training.adaptation.compare import Comparison
from training.errors import NotFit

LABELS = ("immature_granulocyte", "monocyte")


@pytest.fixture(autouse=True)
def angle_brackets(monkeypatch):
    """A language in which every sentence of the catalogue stands between brackets."""
    known = {*OUTCOMES, *NAMES}
    monkeypatch.setattr(words, "gettext", lambda text: f"<{text}>" if text in known else text)
    with translation.override("fr"):
        yield


def cells(truth, patients):
    """Labelled cells of so many patients in turn."""
    groups = tuple(str(at % patients) for at in range(len(truth)))
    return LabelledCells(np.zeros((len(truth), 1, 2), np.float32), np.array(truth), groups)


def answers(best):
    """What a model says of the cells."""
    return SimpleNamespace(best=np.array(best))


def compared(truth, before, after):
    """Held-out cells of ten patients, with the best class before and after."""
    groups = tuple(str(at % 10) for at in range(len(truth)))
    return Comparison(LABELS, np.array(truth), groups, answers(before), answers(after))


def refusal(check, *given):
    """The sentence with which the library refuses."""
    with pytest.raises(NotFit) as refused:
        check(*given)
    return refused.value.sentence


HALF = [0, 1] * 50


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param(lambda: refusal(refuse_cells, cells([0], 1), answers([0])), id="few cells"),
        pytest.param(lambda: refusal(refuse_cells, cells(HALF, 1), answers(HALF)), id="one patient"),
        pytest.param(lambda: refusal(refuse_cells, cells(HALF, 2), answers(HALF)), id="two patients"),
        pytest.param(lambda: refusal(refuse_cells, cells([0] * 100, 10), answers(HALF)), id="one class"),
        pytest.param(lambda: refusal(refuse_cells, cells(HALF, 10), answers(HALF)), id="nothing to correct"),
        pytest.param(lambda: refusal(refuse_result, compared(HALF, HALF, HALF), None), id="no gain"),
        pytest.param(
            lambda: refusal(refuse_result, compared([1] * 95 + [0] * 5, [0] * 100, [1] * 100), None), id="a class loses"
        ),
        pytest.param(
            lambda: refusal(refuse_result, compared(HALF, [1] * 100, HALF), (200, 0.95, 0.9)),
            id="the home camera loses",
        ),
    ],
)
def test_a_refusal_is_told_whole(sentence):
    """Every sentence is one of the catalogue, whatever its figures."""
    told = in_words(sentence())
    assert told.startswith("<")
    assert told.endswith(">")
    assert told.count("<") == 1 + ("<immature granulocyte>" in told)


def test_every_class_is_told_within_a_sentence():
    """The library names classes in lower case."""
    assert set(NAMES) == {each.label.lower() for each in CELL_CLASSES}
